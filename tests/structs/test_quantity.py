"""Quantities as the API server writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planes.structs.quantity import quantity
from tests.searching import searching


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4.0),
        ("250m", 0.25),
        ("156984218n", 0.156984218),
        ("1500u", 0.0015),
        ("16Gi", 16 * 2**30),
        ("32780356Ki", 32780356 * 1024),
        ("1.5G", 1.5e9),
        ("128974848", 128974848.0),
        ("129e6", 129e6),
        ("1E", 1e18),
        ("1E2", 100.0),
        ("12k", 12e3),
        (".5", 0.5),
        ("-1", -1.0),
        (" 2Ti ", 2 * 2**40),
        ("3Mi", 3 * 2**20),
        ("3Pi", 3 * 2**50),
        ("3Ei", 3 * 2**60),
        ("3M", 3e6),
        ("3T", 3e12),
        ("3P", 3e15),
        ("3G", 3e9),
        ("3E", 3e18),
    ],
)
def test_a_quantity_has_its_value_in_base_units(text: str, value: float) -> None:
    found = quantity(text)
    assert found == (value if value >= 1.0 else pytest.approx(value, rel=1e-12))


@pytest.mark.parametrize("text", ["", "Gi", "1 Gi", "1KI", "1e", "one", "1mi", "0x10", "1e9999999", "NaN", "inf"])
def test_what_is_no_quantity_has_none(text: str) -> None:
    assert quantity(text) is None


@searching(100)
@given(st.text(max_size=12))
def test_no_text_raises(text: str) -> None:
    value = quantity(text)
    assert value is None or isinstance(value, float)
