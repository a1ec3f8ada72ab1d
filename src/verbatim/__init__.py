"""verbatim codes what B2B customers say: codes, excerpts, stance, and statistics that hold up."""

__version__ = "0.1.0"
