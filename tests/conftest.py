"""Options of the test run, and what several test modules are given."""

from hypothesis import settings

# The same cases in every run, and none of them judged by how long it takes: machines are noisy.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
