"""HTTP plumbing that knows no capability: transactions, idempotency, uploads, ETags, problem details, paging, permissions."""
