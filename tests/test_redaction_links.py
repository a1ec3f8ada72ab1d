"""E-mail addresses, and which links tell something."""

import pytest

from verbatim.text.redaction.links import emails, telling_urls


def found(find: object, text: str) -> list[str]:
    return [text[each.start : each.end] for each in find(text)]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("to a.b+c@x-y.example.com.", "a.b+c@x-y.example.com"),
        ("发到wang_1@mail.example谢谢", "wang_1@mail.example"),
        ("-josé@mills.example", "josé@mills.example"),
        ("t.ng (at) harbour (dot) com", "t.ng (at) harbour (dot) com"),
        ("reg at mills dot co dot uk", "reg at mills dot co dot uk"),
    ],
)
def test_an_address_is_found_as_a_whole(text: str, address: str) -> None:
    assert found(emails, text) == [address]


@pytest.mark.parametrize(
    "text", ["rated 5@5", "meet us @ booth 4", "@larkhill", "a@b", "good at dot matrix", "support@"]
)
def test_other_uses_of_at_stay(text: str) -> None:
    assert found(emails, text) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/reset?a=1&token=77",
        "https://x.example/cb#access_token=77",
        "sftp://me:secret@x.example/out",
        "https://x.example/s/9fK2mQ7rT4vX8bN1",
        "https://x.example/j/7b0e1c52-8f0d-4d0e-9b57-2f2f8a1c9d11",
        "www.x.example/?email=a%40b.example",
    ],
)
def test_a_link_with_a_token_or_a_person_is_found_without_the_marks_after_it(url: str) -> None:
    assert found(telling_urls, f"see ({url}), 谢谢") == [url]


@pytest.mark.parametrize(
    "url",
    [
        "https://docs.example.com/guide/install",
        "www.example.com/pricing",
        "https://shop.example.com/p?id=4471&color=red",
        "https://example.com/blog/our-new-release-notes-for-version-12",
        "https://example.com/articles/360045678912-Export",
    ],
)
def test_a_link_that_everybody_may_know_stays(url: str) -> None:
    assert found(telling_urls, url) == []
