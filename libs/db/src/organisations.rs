//! Organisations of a municipality. No personal data; every role may read them.
