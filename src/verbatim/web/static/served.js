// Served: the arrow keys walk from cell to cell of the map; Enter opens one, as it does a link.
const table = document.getElementById("heat");

function cellAt(row, column) {
  return table.rows[row]?.cells[column]?.querySelector("a") ?? null;
}

table?.addEventListener("keydown", (event) => {
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  const here = event.target.closest("td");
  if (!step || !here || event.altKey || event.ctrlKey || event.metaKey) return;
  let [row, column] = [here.parentElement.rowIndex + step[0], here.cellIndex + step[1]];
  while (row > 0 && row < table.rows.length && column > 0 && column < table.rows[0].cells.length) {
    const found = cellAt(row, column);
    if (found) {
      found.focus();
      event.preventDefault();
      return;
    }
    row += step[0];
    column += step[1];
  }
});
