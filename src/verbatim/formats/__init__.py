"""Between bytes and values: tables, survey exports, transcripts, coded output, reports."""
