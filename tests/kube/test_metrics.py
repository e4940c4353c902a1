"""/metrics as recorded, against a plain reading of every line; and usage from metrics.k8s.io."""

import re
from collections.abc import Awaitable, Callable

import pytest

from planes.cache.deprecated import DeprecatedApis
from planes.kube.link import Link
from planes.kube.metrics import FAMILIES, MetricsProbe, Parser, UsageProbe
from planes.structs.events import FaultKind, Metrics, Sample, Usage
from planes.structs.moments import Mono
from planes.structs.survey import DeprecatedApi
from tests.kube.conftest import Events
from tests.replay import Recording, Reply, Request, load, reply, serve

LinkTo = Callable[..., Awaitable[Link]]


def recorded() -> str:
    text: str = next(one["body"] for one in load("healthy") if one["path"] == "/metrics")
    return text


def plainly(text: str, sample: str) -> float:
    """The sum of all samples of one name, read line by line."""
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if re.match(rf"{sample}[ {{]", line))


def test_nothing_is_lost_by_cutting_out_and_summing() -> None:
    text = recorded()
    found = Parser().parse(text.encode())
    for name, samples in found.items():
        assert sum(one.value for one in samples) == pytest.approx(plainly(text, name)), name
    served = {family for family in FAMILIES if f"# TYPE {family} " in text}
    assert {name for name in found if name in served} | {f for f in served if f"{f}_bucket" in found} == served


def test_only_labels_that_rules_read_are_kept() -> None:
    found = Parser().parse(recorded().encode())
    for name, samples in found.items():
        family = re.sub("_(bucket|sum|count)$", "", name)
        kept = FAMILIES.get(name) or FAMILIES.get(family) or frozenset()
        assert all({key for key, _ in one.labels} <= kept | {"le"} for one in samples), name
        assert len({one.labels for one in samples}) == len(samples)
    assert Sample((("request_kind", "mutating"),), 2.0) in found["apiserver_current_inflight_requests"]


def test_deprecated_apis_are_read_as_a_real_api_server_tells_them() -> None:
    kept = DeprecatedApis()
    kept.took(Metrics(Mono(1.0), 0.1, 7.0, Parser().parse(recorded().encode())))
    assert kept.apis == [DeprecatedApi("", "v1", "componentstatuses"), DeprecatedApi("", "v1", "endpoints")]


def test_what_asks_for_health_is_told_apart_from_what_clients_ask() -> None:
    found = Parser().parse(recorded().encode())["apiserver_request_total"]
    assert {"/livez", "/readyz"} & {dict(one.labels)["subresource"] for one in found}


def test_a_second_scrape_reads_the_same_from_memory() -> None:
    parser, body = Parser(), recorded().encode()
    assert parser.parse(body) == parser.parse(body)


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        (
            '# TYPE apiserver_request_total counter\napiserver_request_total{code="200",subresource="log"} 3\n',
            {(("code", "200"), ("subresource", "log")): 3},
        ),
        (
            '# TYPE apiserver_request_total counter\napiserver_request_total{subresource="a\\"}b\\n",code="200"} 1',
            {(("code", "200"), ("subresource", 'a"}b\n')): 1},
        ),
        ("# TYPE apiserver_request_total counter\napiserver_request_total 5\n# TYPE other counter\nother 1\n", {(): 5}),
        ('# TYPE apiserver_request_total counter\nnonsense\napiserver_request_total{code="500"} x\n', {}),
        ("# HELP about # TYPE apiserver_request_total counter\n", {}),
        ("# TYPE apiserver_request_total counter\n# TYPE other counter\nother 1\n", {}),
        ("# TYPE apiserver_request_total counter", {}),
        ("", {}),
    ],
)
def test_the_exposition_format(text: str, samples: dict[tuple[tuple[str, str], ...], float]) -> None:
    found = Parser().parse(text.encode())
    assert {one.labels: one.value for one in found.get("apiserver_request_total", ())} == samples


@pytest.mark.parametrize(
    ("served", "read"),
    [
        (("request_duration", "request_slo_duration", "request_sli_duration"), "request_sli_duration"),  # 1.26
        (("request_duration", "request_slo_duration"), "request_slo_duration"),  # 1.24
        (("request_duration",), "request_duration"),  # 1.16
    ],
)
def test_of_the_names_of_one_histogram_the_newest_that_is_served_is_read(served: tuple[str, ...], read: str) -> None:
    labels = 'component="apiserver",dry_run="",group="",resource="pods",scope="namespace",subresource="log",verb="GET",version="v1"'
    text = "".join(
        f'# TYPE apiserver_{name}_seconds histogram\napiserver_{name}_seconds_bucket{{{labels},le="0.05"}} 7\n' for name in served
    )
    found = Parser().parse(text.encode())
    assert list(found) == [f"apiserver_{read}_seconds_bucket"]
    (sample,) = found[f"apiserver_{read}_seconds_bucket"]
    assert sample == Sample((("le", "0.05"), ("subresource", "log"), ("verb", "GET")), 7.0)


@pytest.mark.parametrize(
    "line",
    [
        'etcd_db_total_size_in_bytes{endpoint="https://127.0.0.1:2379"} 4096',  # until 1.25
        'apiserver_storage_db_total_size_in_bytes{endpoint="https://127.0.0.1:2379"} 4096',  # 1.26 and 1.27
        'apiserver_storage_size_bytes{storage_cluster_id="etcd-0"} 4096',
    ],
)
def test_the_size_of_the_store_is_read_by_each_of_its_names(line: str) -> None:
    name = line.partition("{")[0]
    (sample,) = Parser().parse(f"# TYPE {name} gauge\n{line}\n".encode())[name]
    assert sample.value == 4096.0


def test_requests_of_our_own_are_left_out_where_they_are_counted_by_client() -> None:
    """As until Kubernetes 1.18."""
    clients = ("planewatch", "planewatch/1.0", "planewatcher/1.0", "kubectl/v1.16.3", "planewatch")
    name = "apiserver_request_total"
    lines = [
        f'{name}{{client="{client}",code="200",component="apiserver",contentType="application/json",verb="LIST"}} {2**index}'
        for index, client in enumerate(clients)
    ]
    parser = Parser()
    for _ in range(2):
        found = parser.parse(f"# TYPE {name} counter\n{chr(10).join(lines)}\n".encode())
        assert [one.value for one in found[name]] == [4.0 + 8.0]


async def test_a_scrape_tells_the_instance(link_to: LinkTo, events: Events) -> None:
    async with serve(Recording("healthy")) as server:
        wait = await MetricsProbe(await link_to(server)).step(events)
    (metrics,) = events.of(Metrics)
    assert metrics.instance == pytest.approx(1.79536494276e9)
    assert "process_start_time_seconds" not in metrics.families
    assert metrics.fault is None
    assert wait >= 30


@pytest.mark.parametrize(
    ("path", "probe", "kind"), [("/metrics", MetricsProbe, Metrics), ("/apis/metrics.k8s.io/v1beta1/nodes", UsageProbe, Usage)]
)
async def test_what_is_not_permitted_is_told_and_asked_rarely(
    link_to: LinkTo, events: Events, path: str, probe: type[MetricsProbe | UsageProbe], kind: type[Metrics | Usage]
) -> None:
    async with serve(Recording("errors")) as server:
        wait = await probe(await link_to(server)).step(events)
        assert [one.path for one in server.requests] == [path]
    (told,) = events.of(kind)
    assert told.fault is not None
    assert told.fault.kind is FaultKind.FORBIDDEN
    assert wait >= 45


async def test_usage_is_in_cores_and_bytes(link_to: LinkTo, events: Events) -> None:
    items = [
        {"metadata": {"name": "n1"}, "timestamp": "", "window": "10s", "usage": {"cpu": "156984218n", "memory": "1000Ki"}},
        {"metadata": {"name": "n2"}, "usage": {"cpu": "odd", "memory": "1Gi"}},
    ]

    async def script(_request: Request) -> Reply:
        return reply({"kind": "NodeMetricsList", "metadata": {}, "items": items})

    async with serve(script) as server:
        await UsageProbe(await link_to(server)).step(events)
    (usage,) = events.of(Usage)
    assert list(usage.nodes) == ["n1"]
    assert usage.nodes["n1"] == pytest.approx((0.156984218, 1024000.0))
