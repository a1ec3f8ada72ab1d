"""No text is encoded twice: vectors kept in a file, under hashes, for one encoder."""

import stat

import numpy as np
import pytest

from verbatim.encoders import HashEncoder
from verbatim.learning.kept_vectors import KeptVectors, drop

TEXTS = ("slow, and dear", "fine", "slow, and dear")
SPANS = (((0, 5), (5, 14)), ((0, 4),), ((0, 5), (5, 14)))


def kept(folder, dimension=8):
    return KeptVectors(HashEncoder(dimension), folder)


def test_it_gives_what_the_encoder_gives(tmp_path):
    found, plain = kept(tmp_path).read(TEXTS, SPANS), HashEncoder(8).read(TEXTS, SPANS)
    assert found.clauses == pytest.approx(plain.clauses)
    assert found.wholes == pytest.approx(plain.wholes)
    assert (kept(tmp_path).encode(TEXTS) == HashEncoder(8).encode(TEXTS)).all()


def test_what_was_saved_is_read_no_second_time_and_is_the_same(tmp_path):
    first = kept(tmp_path)
    before = first.read(TEXTS, SPANS)
    first.save()
    second = kept(tmp_path)
    after = second.read(TEXTS, SPANS)
    assert (first.encoded, second.encoded) == (2, 0)
    assert (before.clauses == after.clauses).all()
    assert (before.wholes == after.wholes).all()


def test_nothing_is_read_of_no_text(tmp_path):
    found = kept(tmp_path).read([], [])
    assert (found.clauses.shape, found.wholes.shape) == ((0, 8), (0, 8))


def test_the_same_text_cut_otherwise_is_another_one(tmp_path):
    one = kept(tmp_path)
    one.read(TEXTS[:1], [((0, 14),)])
    one.read(TEXTS[:1], SPANS[:1])
    assert one.encoded == 2


def test_what_was_not_asked_for_again_is_dropped(tmp_path):
    first = kept(tmp_path)
    first.read(TEXTS, SPANS)
    first.save()
    second = kept(tmp_path)
    second.read(TEXTS[1:2], SPANS[1:2])
    second.save()
    third = kept(tmp_path)
    third.read(TEXTS, SPANS)
    assert third.encoded == 1


def test_the_file_is_for_its_owners_eyes_and_holds_no_word(tmp_path):
    one = kept(tmp_path / "own")
    one.read(TEXTS, SPANS)
    one.save()
    assert stat.S_IMODE(one.file.stat().st_mode) == 0o600
    assert b"dear" not in one.file.read_bytes()
    assert [*one.file.parent.iterdir()] == [one.file]


@pytest.mark.parametrize("harm", [lambda data: data[:-3], lambda data: b"", lambda data: b"x" * 100])
def test_a_damaged_file_is_made_anew(tmp_path, harm):
    one = kept(tmp_path)
    one.read(TEXTS, SPANS)
    one.save()
    one.file.write_bytes(harm(one.file.read_bytes()))
    again = kept(tmp_path)
    again.read(TEXTS, SPANS)
    assert again.encoded == 2


def test_another_encoder_has_another_file(tmp_path):
    assert kept(tmp_path).file != kept(tmp_path, 16).file


def test_arrays_of_another_shape_are_not_taken(tmp_path):
    from safetensors.numpy import save

    one = kept(tmp_path)
    arrays = {"keys": np.zeros((2, 32), np.uint8), "sizes": np.array([2, 2]), "rows": np.zeros((3, 8), np.float32)}
    one.file.write_bytes(save(arrays))
    again = kept(tmp_path)
    again.read(TEXTS, SPANS)
    assert again.encoded == 2


def test_work_is_told_of_piece_by_piece(tmp_path):
    heard = []
    one = KeptVectors(HashEncoder(8), tmp_path, lambda: heard.append(1))
    one.read([f"text {number}" for number in range(600)], [((0, 4),)] * 600)
    assert len(heard) == 3


def test_all_vectors_of_a_folder_can_be_dropped(tmp_path):
    for dimension in (8, 16):
        one = kept(tmp_path, dimension)
        one.read(TEXTS, SPANS)
        one.save()
    assert drop(tmp_path) == 2
    assert not [*tmp_path.iterdir()]
    assert drop(tmp_path / "nowhere") == 0
