"""The HTTP door, version 1: parses a request, calls one action or one block of the store, renders what came of it.

    application   everything put together, for a server
    watch         around everything: log, metrics, headers, the last resort for errors
    gate          who asks, whether that may be, and how often; takes the body in
    bodies        what a request carries, counted as it comes
    limits        how large and how often
    problems      errors as clients see them
    once          a POST with an Idempotency-Key has its effect once
    call          what is known of a request on its way
    given, shown  the shapes of what comes in and of what goes out
    document      the OpenAPI document; reference, page: the same for people

The other modules are the routes, by what they are about. Handlers are plain functions: they run in threads, so that the
loop stays free to answer.
"""
