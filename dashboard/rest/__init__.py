"""The API for programs: read-only, below /api/v1/, from the same selectors as the pages. docs/api.md tells how it is used.

`declared` lists what can be asked; the addresses, the OpenAPI document and the page that shows it follow from that list.
"""
