"""What was found of a cluster when it was looked over last."""

import msgspec

from planes.models import Survey
from planes.structs.survey import SurveyRow

_row = msgspec.json.Decoder(SurveyRow)


def survey(cluster_id: int) -> SurveyRow | None:
    """None: it was not looked over yet, or by a version of Planewatch that wrote something else: its collector will do so soon."""
    found = Survey.objects.filter(cluster=cluster_id).values_list("row", flat=True).first()
    try:
        return None if found is None else _row.decode(bytes(found))
    except msgspec.DecodeError:
        return None
