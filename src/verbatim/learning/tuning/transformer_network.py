"""The accurate encoder's networks in PyTorch, their tables of pieces frozen, the rest tuned.

One reads every text, multilingual-e5-small; the other reads English only and knows more of it, all-mpnet-base-v2.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from verbatim.encoders import Span, encodable
from verbatim.encoders.pieces import rows_of
from verbatim.encoders.tuned_transformer import RUN
from verbatim.learning.tuning.e5 import E5, LATIN, kept, read_e5, tokenizer_json
from verbatim.learning.tuning.mpnet import Mpnet
from verbatim.learning.tuning.rows import Row
from verbatim.text.script import simplified

FORGOTTEN = 0.08
"""Which share of pieces is hidden from the network in each round."""

_PAD, _LAST_MARK, _ROUND = 1, 3, 8

Text = tuple[NDArray[np.int64], list[Span]]


class TransformerNetwork(nn.Module):
    """A network with its tokenizer; `hidden` is the piece that stands for one that is hidden."""

    def __init__(self, body: nn.Module, tokenizer: str, hidden: str) -> None:
        super().__init__()
        self.body = body
        self.tokenizer = tokenizer
        self.dimension = 2 * int(body.config.hidden_size)
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._hidden = self._tokenizer.get_vocab()[hidden]

    def prepare(self, rows: Sequence[Row]) -> list[Text]:
        """Return the rows cut into pieces, with their clauses as runs of them."""
        return [self._prepared(row) for row in rows]

    def lengths(self, texts: Sequence[Text]) -> list[int]:
        """Return how many pieces each text has."""
        return [len(numbers) for numbers, _ in texts]

    def forward(self, texts: Sequence[Text]) -> tuple[Tensor, Tensor]:
        """Return the vectors of all clauses in order, and of each whole, (·, 2 × width)."""
        longest = -(-max(len(numbers) for numbers, _ in texts) // _ROUND) * _ROUND
        pieces = torch.full((len(texts), longest), _PAD)
        for row, (numbers, _) in enumerate(texts):
            pieces[row, : len(numbers)] = torch.from_numpy(numbers)
        mask = (pieces != _PAD).long()
        if self.training:
            forgotten = (torch.rand(pieces.shape) < FORGOTTEN) & (pieces > _LAST_MARK)
            pieces = pieces.masked_fill(forgotten, self._hidden)
        # Half the bits are four times the speed where the processor multiplies them; the weights stay as they are.
        with torch.autocast("cpu", torch.bfloat16, enabled=has_half_products()):
            states = self.body(input_ids=pieces, attention_mask=mask).last_hidden_state
        states = states.float()
        clauses = [(row, *span) for row, (_, spans) in enumerate(texts) for span in spans]
        wholes = [(row, 0, len(numbers)) for row, (numbers, _) in enumerate(texts)]
        return _pooled(states, clauses), _pooled(states, wholes)

    def _prepared(self, row: Row) -> Text:
        cut = self._tokenizer.encode(simplified(encodable(row.text)))
        numbers = np.array(cut.ids[:RUN], dtype=np.int64)
        starts, ends = np.array(cut.offsets[:RUN]).reshape(-1, 2).T
        return numbers, [rows_of(span, starts, ends) for span in row.spans]


def multilingual(texts: Sequence[str]) -> TransformerNetwork:
    """Return multilingual-e5-small, cut down to the pieces of English and simplified Chinese and of `texts`."""
    base = read_e5()
    rows = kept(base, read_e5(LATIN).pieces, _seen(base, texts))
    return TransformerNetwork(bert_of(base, rows), tokenizer_json(base, rows), "<unk>")


def english(base: Mpnet) -> TransformerNetwork:
    """Return all-mpnet-base-v2; its tokenizer cuts off nothing and pads nothing."""
    tokenizer = Tokenizer.from_str(base.tokenizer)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return TransformerNetwork(mpnet_of(base), str(tokenizer.to_str()), "<mask>")


def bert_of(base: E5, rows: Sequence[int]) -> nn.Module:
    """Return the network of the file with these pieces; attention is spelt out: the fused form learns slower here."""
    from transformers import BertConfig, BertModel  # noqa: PLC0415

    shape = BertConfig(
        vocab_size=len(rows),
        hidden_size=base.width,
        num_hidden_layers=base.layers,
        num_attention_heads=base.heads,
        intermediate_size=base.inner,
        max_position_embeddings=base.positions,
        layer_norm_eps=base.epsilon,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )
    network = BertModel(shape, add_pooling_layer=False)
    arrays = {name: torch.from_numpy(array.copy()) for name, array in _arrays(base, rows).items()}
    network.load_state_dict(arrays, strict=False)
    network.embeddings.word_embeddings.weight.requires_grad = False
    return network


def mpnet_of(base: Mpnet) -> nn.Module:
    """Return the network of the weights; the layer that predicts a hidden sentence's vector is left out."""
    from transformers import MPNetConfig, MPNetModel  # noqa: PLC0415

    shape = MPNetConfig(**{**base.shape, "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0})
    network = MPNetModel(shape, add_pooling_layer=False)
    network.load_state_dict({name: torch.from_numpy(base.arrays[name].copy()) for name in network.state_dict()})
    network.embeddings.word_embeddings.weight.requires_grad = False
    return network


def has_half_products() -> bool:
    """Say whether this processor multiplies matrices of bfloat16 in hardware."""
    return bool(torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported())


def _arrays(base: E5, rows: Sequence[int]) -> dict[str, NDArray[np.float32]]:
    width = base.width
    found = {
        "embeddings.word_embeddings.weight": base.matrix("emb.word", width)[list(rows)],
        "embeddings.position_embeddings.weight": base.vector("emb.pos").reshape(-1, width),
        "embeddings.token_type_embeddings.weight": base.vector("emb.type").reshape(-1, width),
        "embeddings.LayerNorm.weight": base.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": base.vector("emb.ln.b"),
    }
    dense = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
    dense |= {"ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense"}
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(base.layers):
        for ours, theirs in dense.items():
            columns = base.inner if ours == "fo" else width
            found[f"encoder.layer.{layer}.{theirs}.weight"] = base.matrix(f"l{layer}.{ours}.w", columns)
            found[f"encoder.layer.{layer}.{theirs}.bias"] = base.vector(f"l{layer}.{ours}.b")
        for ours, theirs in norms.items():
            found[f"encoder.layer.{layer}.{theirs}.weight"] = base.vector(f"l{layer}.{ours}.w")
            found[f"encoder.layer.{layer}.{theirs}.bias"] = base.vector(f"l{layer}.{ours}.b")
    return found


def _seen(base: E5, texts: Sequence[str]) -> set[str]:
    """Return the pieces of these texts under the full vocabulary."""
    tokenizer = Tokenizer.from_str(tokenizer_json(base, range(len(base.pieces))))
    cut = tokenizer.encode_batch([simplified(encodable(text)) for text in texts])
    return {piece for text in cut for piece in text.tokens}


def _pooled(states: Tensor, runs: Sequence[tuple[int, int, int]]) -> Tensor:
    """Return [mean ; greatest] of the states of each run (row, first, last + 1)."""
    rows, firsts, lasts = torch.tensor(runs).T
    places = torch.arange(states.shape[1])[None]
    inside = ((places >= firsts[:, None]) & (places < lasts[:, None]))[..., None]
    # An embedding's gradient is summed in one order on any number of threads, that of an index is not.
    own = functional.embedding(rows, states.flatten(1)).view(len(runs), *states.shape[1:])
    mean = (own * inside).sum(dim=1) / inside.sum(dim=1)
    return torch.cat([mean, own.masked_fill(~inside, -1e4).amax(dim=1)], dim=1)
