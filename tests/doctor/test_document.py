"""docs/doctor.md says what the doctor does: every option, every exit code, every right."""

from pathlib import Path

from django.core.management import load_command_class

from planes.doctor.report import Exit
from planes.structs.rights import RIGHTS

SAID = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text()
OURS = {"kubeconfig", "context", "in_cluster", "cluster", "json", "rbac", "user", "openshift"}


def test_every_option_is_documented() -> None:
    parser = load_command_class("planes", "doctor").create_parser("manage.py", "doctor")
    options = {action.dest: action.option_strings[0] for action in parser._actions if action.dest in OURS}
    assert set(options) == OURS
    assert [option for option in options.values() if option not in SAID] == []


def test_every_exit_code_is_documented() -> None:
    assert [code for code in Exit if f"\n| {code.value} | " not in SAID] == []


def test_the_table_of_rights_is_the_declaration() -> None:
    rows = [f"| {one.of} | {', '.join(one.verbs)} | {one.costs[0].upper()}{one.costs[1:]} |" for one in RIGHTS]
    table = SAID[SAID.index("| right | needs | without it |") :].split("\n\n")[0].splitlines()[2:]
    assert table == rows
