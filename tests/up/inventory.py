"""ClusterProfiles as cluster managers write them, and provider files, for the tests of hubs."""

import base64
import json
import sys
from pathlib import Path
from typing import Any

Object = dict[str, Any]


def profile(
    name: str,
    *,
    server: str = "https://127.0.0.1:9",
    ca: bytes = b"",
    provider: str = "secretreader",
    labels: dict[str, str] | None = None,
    display: str = "",
    **cluster: object,
) -> Object:
    """As Open Cluster Management has it; with more about the cluster of its access provider."""
    way = {"server": server, **({"certificate-authority-data": base64.b64encode(ca).decode()} if ca else {}), **cluster}
    return {
        "apiVersion": "multicluster.x-k8s.io/v1alpha1",
        "kind": "ClusterProfile",
        "metadata": {"name": name, "namespace": "fleet", "labels": labels or {}},
        "spec": {"displayName": display or name, "clusterManager": {"name": "open-cluster-management"}},
        "status": {
            "conditions": [{"type": "ControlPlaneHealthy", "status": "False", "reason": "x", "message": "it says so"}],
            "version": {"kubernetes": "v1.36.2"},
            "properties": [{"name": "location", "value": "Frankfurt"}],
            "accessProviders": [{"name": provider, "cluster": way}],
        },
    }


def put(directory: Path, one: Object) -> None:
    """Whole from the first moment on."""
    path = directory / f"{one['metadata']['name']}.json"
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(one))
    beside.replace(path)


def provider_file(path: Path, tokens: dict[str, str], name: str = "secretreader") -> Path:
    """Its command is told which cluster is meant, and gives the token of that address."""
    held = path.with_name("tokens.json")
    held.write_text(json.dumps(tokens))
    plugin = path.with_name("plugin")
    plugin.write_text(
        f"#!{sys.executable}\n"
        "import json, os, pathlib\n"
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        "held = json.loads(pathlib.Path(__file__).with_name('tokens.json').read_text())\n"
        "token = held[info['spec']['cluster']['server']]\n"
        "print(json.dumps({'apiVersion': info['apiVersion'], 'kind': 'ExecCredential', 'status': {'token': token}}))\n"
    )
    plugin.chmod(0o700)
    command = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "./plugin",
        "args": None,
        "env": None,
        "provideClusterInfo": True,
    }
    path.write_text(json.dumps({"providers": [{"name": name, "execConfig": command}]}))
    return path
