"""What is personal in a text, found by rule and by roster, and replaced by placeholders before the text is stored.

`redactor` puts it together. `kinds` is the table of what is looked for; `numbers`, `links`, `addresses`, `latin_names`
and `han_names` find it; `spans` leads from the original to the redacted text and back.
"""

from verbatim.text.redaction.kinds import KINDS
from verbatim.text.redaction.redactor import ALL_KINDS, Redactor
from verbatim.text.redaction.spans import Found, Redacted, Replaced

__all__ = ["ALL_KINDS", "KINDS", "Found", "Redacted", "Redactor", "Replaced"]
