"""Figures ready to show: what was not observed is not there."""

from planes.components.apiserver_figures import facts
from tests.components.making import apiserver, health


def test_the_checks_of_the_state_store_are_a_figure_of_their_own() -> None:
    assert facts(apiserver())["etcd"] == "ok"
    assert facts(apiserver(readyz=health("/readyz", "etcd")))["etcd"] == "fails"


def test_without_such_a_check_nothing_is_said_of_the_store() -> None:
    assert "etcd" not in facts(apiserver(livez=None, readyz=None))
