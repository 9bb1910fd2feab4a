from agglo.trust.deal import keeping, reading
from agglo.trust.deal.text import AXES

from .conftest import Content


def _turned(content: object) -> object:
    if isinstance(content, dict):
        return {key: _turned(content[key]) for key in reversed(content)}
    return [_turned(one) for one in content] if isinstance(content, list) else content


def test_the_digest_does_not_depend_on_the_order_of_keys_nor_on_what_is_left_empty(content: Content) -> None:
    expected = reading.from_dict(content).digest
    assert reading.from_dict(_turned(content)).digest == expected
    content["preamble"] = None
    content["commitments"][0]["target"]["value"] = 0.0
    assert reading.from_dict(content).digest == expected
    content["commitments"][0]["indicator"] = {"id": "land.take", "unit": "ha/yr"}
    assert reading.from_dict(content).digest == expected


def test_every_word_is_in_the_digest(content: Content) -> None:
    digests = {reading.from_dict(content).digest}
    content["commitments"][0]["target"]["source"] = "another plan"
    digests.add(reading.from_dict(content).digest)
    content["parties"][0]["name"] += "."
    digests.add(reading.from_dict(content).digest)
    content["parties"].reverse()
    digests.add(reading.from_dict(content).digest)
    assert len(digests) == 4


def test_the_digest_of_a_known_text_never_changes(content: Content) -> None:
    assert reading.from_dict(content).digest == "0f654319704b1127471c51c99e5bde29a8560ac7080d703af5967742b397ddb9"


def test_what_is_written_is_read_again_as_it_was(content: Content) -> None:
    deal = reading.from_dict(content)
    assert reading.from_dict(deal.to_dict()) == deal


def test_the_bundled_draft_has_four_axes_and_the_published_targets() -> None:
    kept = keeping.bundled("paris-saclay")
    deal = kept.deal
    assert (deal.status, kept.version) == ("draft", 0)
    assert all(deal.of_axis(axis) for axis in AXES)
    targets = {one.id: (one.target.value, one.target.unit, one.target.year) for one in deal.commitments if one.target}
    assert targets == {
        "greenhouse-gases": (100 - 34, "%", 2030),
        "energy": (100 - 24, "%", 2030),
        "renewables": (20, "%", 2030),
    }
    assert all("2019-2024" in one.target.source for one in deal.commitments if one.target)
    assert all(one.no_target for one in deal.commitments if not one.target)
    assert set(deal.title) == {"fr", "en"}
