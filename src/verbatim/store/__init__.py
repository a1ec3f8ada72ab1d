"""Where every word and every judgement is kept: SQLite in one file by default, PostgreSQL by URL.

    opening       an engine for a store; the library's version; blocks that read or write
    migrations    brings a store to the layout of this version
    schema        the tables, the view of effective codings
    people        organisations, accounts, contacts
    verbatims     what customers said: adding, one with its history, deleting by age
    codings       models and codings: append-only, by models and by persons
    listing       filters, pages, counts
    search        words as the index keeps them
    erasure       a contact's words and name taken out everywhere
    keys          idempotency keys
    person_codings  what persons have coded, and who stands behind it
    promotions    which model an organisation codes with, and how it came to be that one
    access_keys   API keys and what their holders may see
    sources       what is taken out of the words of a source
    jobs          work that outlives the one who asked for it: queued, leased to a worker, done
    audit         who did what
    webhooks      who is told of what, and the outbox of what is still to be told

Functions take a connection and an organisation; none reads rows of another one. They commit nothing: the block that
made the connection does (`opening.writing`).
"""
