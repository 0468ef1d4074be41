//! Accounts: credentials and one-time links, read and written by the auth role alone.
