"""What a cluster was ever seen to have, as it is stored."""

from planes.assess.baseline import Baseline, decode


def test_a_malformed_baseline_is_an_empty_one() -> None:
    assert decode(b"[1, 2") == Baseline()
    assert decode(b"") == Baseline()
