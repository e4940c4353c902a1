"""`@pytest.mark.case("34")` gives a test what was said of that case as `told`; tests of one case share what was lived through."""

import pytest

from tests.distros.living import LIVES, Told, live


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one case run in one worker, which lives through it once."""
    for item in items:
        if (mark := item.get_closest_marker("case")) is not None:
            item.add_marker(pytest.mark.xdist_group(f"case-{mark.args[0]}"))


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Told:
    """What was said of the case that the test is marked with; `seconds` of the mark is how long it is lived through."""
    mark = request.node.get_closest_marker("case")
    assert mark is not None, "the test says which case it is about"
    return live(mark.args[0], mark.kwargs.get("seconds", LIVES))
