"""The abstract tests of the standards that our tests cover, so that none is lost unseen."""

import importlib

from portal.ogc import abstract

MODULES = ("features", "processes", "records", "openapi", "clients")

FEATURES = """
core/http core/root-op core/root-success core/api-definition-op core/api-definition-success core/conformance-op
core/conformance-success core/query-param-unknown core/query-param-invalid core/crs84 core/fc-md-op core/fc-md-success
core/fc-md-links core/fc-md-items core/fc-md-extent core/sfc-md-op core/sfc-md-success core/fc-op
core/fc-limit-definition core/fc-limit-response core/fc-bbox-definition core/fc-bbox-response
core/fc-time-definition core/fc-time-response core/fc-response core/fc-links core/fc-timeStamp core/fc-numberMatched
core/fc-numberReturned core/f-op core/f-success core/f-links geojson/definition geojson/content
oas30/completeness oas30/exceptions-codes oas30/oas-definition-1 oas30/oas-definition-2 oas30/oas-impl oas30/security
"""
PROCESSES = """
core/http core/landingpage-op core/landingpage-success core/api-definition-op core/api-definition-success
core/conformance-op core/conformance-success core/process-list core/process-list-success core/pl-limit-definition
core/pl-limit-response core/pl-links core/process core/process-success core/process-exception-no-such-process
core/job-creation-op core/job-creation-auto-execution-mode core/job-creation-default-execution-mode
core/job-creation-request core/job-creation-inputs core/job-creation-input-array core/job-creation-input-inline
core/job-creation-input-inline-object core/job-creation-input-inline-mixed core/job-creation-input-inline-bbox
core/job-creation-input-ref core/job-creation-input-validation core/job-creation-default-outputs
core/job-creation-success-sync-raw-value-one core/job-creation-success-sync-raw-value-multi
core/job-creation-success-sync-raw-ref core/job-creation-success-sync-raw-mixed-multi
core/job-creation-success-sync-document core/job-creation-success-async core/job-op core/job-success
core/job-exception-no-such-job core/job-results-op core/job-results-success-async-document
core/job-results-success-async-raw-value-one core/job-results-success-async-raw-value-multi
core/job-results-success-async-raw-ref core/job-results-failed core/job-results-exception-no-such-job
core/job-results-exception-results-not-ready json/definition json/content
oas30/oas-definition-1 oas30/oas-definition-2 oas30/oas-impl oas30/completeness oas30/exceptions-codes oas30/security
job-list/job-list-op job-list/job-list-success job-list/type-definition job-list/type-response
job-list/processid-definition job-list/processid-response job-list/processid-mandatory job-list/status-definition
job-list/status-response job-list/datetime-definition job-list/datetime-response job-list/duration-definition
job-list/duration-response job-list/jl-limit-definition job-list/jl-limit-response job-list/links
dismiss/job-dismiss-op dismiss/job-dismiss-success ogc-process-description/json-encoding
ogc-process-description/inputs-def ogc-process-description/input-def ogc-process-description/outputs-def
ogc-process-description/output-def ogc-process-description/input-mixed-type
"""
RECORDS = "record-core record-collection record-core-query-parameters record-api searchable-catalog json"

NOT_COVERED = {
    f"{abstract.PROCESSES}/conf/core/job-creation-input-inline-binary": "no model takes binary values",
    f"{abstract.PROCESSES}/conf/callback/job-callback": "this portal calls nobody back, and does not say it does",
}


def test_every_abstract_test_of_what_is_claimed_is_covered(capsys) -> None:
    for name in MODULES:
        importlib.import_module(f"portal.ogc.test_{name}")
    standards = {abstract.FEATURES: FEATURES, abstract.PROCESSES: PROCESSES, abstract.RECORDS: RECORDS}
    expected = {f"{standard}/conf/{one}" for standard, names in standards.items() for one in names.split()}
    missing = expected - set(abstract.COVERED)
    with capsys.disabled():
        count = len(abstract.COVERED)
        print(f"\n{count} abstract tests named, {len(NOT_COVERED)} not covered: {', '.join(NOT_COVERED.values())}")
    assert not missing
    assert not set(NOT_COVERED) & set(abstract.COVERED)
