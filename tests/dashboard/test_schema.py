"""The API is what its OpenAPI document says: Schemathesis asks it all that the document allows, and more."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from dashboard import tokens
from dashboard.rest import access
from dashboard.rest.allowance import Allowance
from dashboard.rest.declared import RESOURCES
from tests.dashboard.rows import AT, Collecting
from tests.dashboard.test_rest import whole

#: An address and what may be asked of it.
Operation = APIOperation[Any, Any, Any, Any]
#: Cases of each address, of those that the document allows and of others.
ALLOWED, OTHERS = 2, 2
#: What there is, so that not all that is asked for is 404.
THERE = {"cluster": "prod", "kind": "kube-scheduler", "node": "node-1", "incident": "20260528T202641Z-node-1.kubelet"}

every = partial(
    settings,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


@dataclass(frozen=True)
class Asked:
    """The document, and what a request has to bring."""

    schema: BaseSchema
    headers: dict[str, str]

    def operations(self) -> Iterator[Operation]:
        """All of them."""
        for found in self.schema.get_all_operations():
            assert isinstance(found, Ok), found
            yield found.ok()


@pytest.fixture
def asked(transactional_db: None, visitor: User, collecting: Collecting, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Asked with a token that opens all clusters, as often as one likes."""
    monkeypatch.setattr(access, "_right", Allowance(1e6, 100_000))
    monkeypatch.setattr(access, "_wrong", Allowance(1e6, 100_000))
    collecting.flush(whole(AT + 1))
    headers = {"Authorization": f"Bearer {tokens.make(visitor, 'schemathesis', None)}", "Accept-Encoding": "identity"}
    return Asked(schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), headers=headers), headers)


def test_what_the_document_promises_holds_for_all_that_can_be_asked(asked: Asked) -> None:
    statuses: dict[str, set[int]] = defaultdict(set)
    for operation in asked.operations():

        def holds(case: Case[Operation]) -> None:
            # A cursor and moments in their order are more than JSON Schema can tell: a sentence may refuse what it allows.
            answer = case.call_and_validate(headers=asked.headers, excluded_checks=[positive_data_acceptance])
            statuses[case.operation.path].add(answer.status_code)

        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        @every(max_examples=ALLOWED)
        def allowed(case: Case[Operation]) -> None:
            case.path_parameters = {name: THERE[name] for name in case.path_parameters or {}}
            holds(case)

        @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        @every(max_examples=OTHERS)
        def others(case: Case[Operation]) -> None:
            holds(case)

        allowed()
        others()
    assert len(statuses) == len(RESOURCES)
    assert [path for path, seen in statuses.items() if 200 not in seen] == []


def test_whoever_has_no_token_or_a_wrong_one_gets_401_everywhere_as_the_document_says(asked: Asked) -> None:
    wrong: tuple[dict[str, str], ...] = (
        {},
        {"Authorization": "Bearer pw_000000000000_" + "A" * 43},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic YTpi"},
    )
    for operation in asked.operations():
        places = {one.name: THERE[one.name] for one in operation.path_parameters}
        case = operation.Case(path_parameters=places, query={"label": "a"} if places and operation.path.endswith("/search") else {})
        for headers in wrong:
            answer = case.call(headers=headers)
            assert answer.status_code == 401, operation.path
            case.validate_response(answer)
