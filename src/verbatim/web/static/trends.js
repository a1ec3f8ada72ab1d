// What the page does beyond a form: the choices of a comparison follow the split at once.
const form = document.querySelector("form.filters");
const split = document.getElementById("split");
const against = document.getElementById("against");

function follow() {
  against.disabled = !split.value;
}

if (form && split && against) {
  split.addEventListener("change", () => {
    against.value = "";
    follow();
  });
  follow();
}

// Arrows lead along a line from point to point.
document.querySelectorAll("svg.trend").forEach((chart) => {
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const marks = [...chart.querySelectorAll("a.mark")];
    const at = marks.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    marks[at + step]?.focus();
  });
});
