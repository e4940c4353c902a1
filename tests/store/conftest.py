"""A watched cluster, taken once."""

import pytest

from planes.models import Cluster
from planes.store import clusters, services


@pytest.fixture
def cluster(db: None) -> Cluster:
    return clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/etc/kube", "prod")])[0]


@pytest.fixture
def epoch(cluster: Cluster) -> int:
    return services.take(cluster.pk)
