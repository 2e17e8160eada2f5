"""The parts of the code that are mutated, and the tests that have to notice it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the code, and the tests that have to notice any change in it."""

    root: str
    """The folder from which its modules are imported."""
    code: tuple[str, ...]
    """Files below it."""
    tests: tuple[str, ...]
    """Files of tests, or names of tests."""
    without: tuple[str, ...] = ()
    """Names of tests that cannot run with mutants: they look at stack frames, to which mutmut adds its own with all
    arguments, or run the code in another process, where its calls cannot be recorded."""


PARTS = {
    "signer": Part(
        "src",
        ("binance_c2c/_core/auth/signer.py",),
        (
            "tests/auth/test_signer.py",
            "tests/auth/test_signer_clock.py",
            "tests/auth/test_signer_laws.py",
            "tests/auth/test_keys.py",
            "tests/auth/test_secrets.py",
        ),
        ("tests/auth/test_secrets.py::test_a_secret_that_is_refused_is_not_shown",),
    ),
    "refusals": Part(
        "src",
        ("binance_c2c/_core/flow/refusals.py",),
        (
            "tests/flow/test_decode.py",
            "tests/flow/test_decode_errors.py",
            "tests/flow/test_conversation.py",
            "tests/client/test_error_catalogue.py",
        ),
    ),
    "decode": Part(
        "src",
        ("binance_c2c/_core/flow/decode.py",),
        (
            # The laws are left out: they take long.
            "tests/flow/test_decode.py",
            "tests/flow/test_decode_errors.py",
            "tests/flow/test_long_pages.py",
            "tests/client/test_raw.py",
            "tests/auth/test_signer_clock.py",
        ),
    ),
    "conversation": Part(
        "src",
        ("binance_c2c/_core/flow/conversation.py", "binance_c2c/_core/flow/retry.py"),
        (
            "tests/flow/test_conversation.py",
            "tests/flow/test_conversation_laws.py",
            "tests/flow/test_retry.py",
            "tests/flow/test_admission.py",
            "tests/flow/test_drivers.py",
            "tests/flow/test_hooks.py",
            "tests/flow/test_decode.py",
            "tests/auth/test_on_the_wire.py",
            "tests/auth/test_signer_clock.py",
            "tests/transport/test_hosts.py",
            "tests/client/test_raw.py",
            "tests/client/test_fund_password.py",
            "tests/auth/test_signer.py::test_what_the_signer_sets_cannot_be_given",
            "tests/runtime/test_arguments.py::test_a_call_takes_words_and_whole_numbers_in_its_query",
        ),
    ),
    "messages": Part(
        "src",
        (
            "binance_c2c/_core/transport/http1.py",
            "binance_c2c/_core/transport/messages.py",
            "binance_c2c/_core/transport/permits.py",
        ),
        (
            "tests/transport/test_http1.py",
            "tests/transport/test_hosts.py",
            "tests/transport/test_connections.py",
            "tests/transport/test_concurrency.py",
            "tests/transport/test_loops.py",
            "tests/transport/test_own_client.py",
            "tests/transport/test_environment.py",
            "tests/transport/test_deadline.py",
            "tests/transport/test_stray_answers.py",
            "tests/transport/test_interruptions.py::test_a_forgotten_permit_is_back",
            "tests/transport/test_interruptions.py::test_permits_end_with_their_home",
            "tests/auth/test_signer_clock.py::test_the_round_trip_begins_when_the_question_leaves",
        ),
    ),
    "connections": Part(
        "src",
        ("binance_c2c/_core/transport/sync.py", "binance_c2c/_core/transport/tls.py"),
        (
            "tests/transport/test_hosts.py",
            "tests/transport/test_connections.py",
            "tests/transport/test_concurrency.py",
            "tests/transport/test_fork.py",
            "tests/transport/test_own_client.py",
            "tests/transport/test_environment.py",
            "tests/transport/test_deadline.py",
            "tests/transport/test_tls.py",
            "tests/transport/test_stray_answers.py",
            "tests/auth/test_signer_clock.py::test_the_round_trip_begins_when_the_question_leaves",
        ),
        ("tests/transport/test_fork.py::test_parent_and_child_get_their_own_answers",),
    ),
    "description": Part(
        ".",
        ("generator/description/*.py",),
        (
            "tests/generator/test_reader.py",
            "tests/generator/test_views.py",
            "tests/generator/test_lint.py::test_a_broken_rule_is_named_by_file_and_line",
            "tests/generator/test_lint.py::test_good_descriptions_pass",
            "tests/generator/test_lint_frames.py",
        ),
    ),
    "shape": Part(
        ".",
        ("generator/shape/*.py",),
        (
            "tests/generator/test_shape.py",
            "tests/generator/test_views.py",
            "tests/generator/test_output.py::test_any_warning_of_the_parser_is_fatal",
            "tests/generator/test_output.py::test_an_operation_that_silently_vanishes_is_missed",
            "tests/generator/test_output.py::test_a_type_that_nobody_planned_for_is_told",
            "tests/generator/test_output.py::test_a_document_that_the_parser_refuses_is_told",
        ),
    ),
}
