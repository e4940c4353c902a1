"""Of which requests a webhook is asked, as the few fields that Planewatch reads (planes/structs/objects.py)."""

import msgspec


class WebhookRule(msgspec.Struct):
    operations: list[str] = []
    apiGroups: list[str] = []
    resources: list[str] = []


class Requirement(msgspec.Struct):
    key: str = ""
    operator: str = ""
    values: list[str] = []


class LabelSelector(msgspec.Struct):
    matchExpressions: list[Requirement] = []
