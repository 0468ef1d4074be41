//! What is counted of files people bring: bytes taken, and files refused by why. Never whose.

use std::sync::LazyLock;

use opentelemetry::{KeyValue, global, metrics::Counter};

static BYTES: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("attest")
        .u64_counter("attest.upload.bytes")
        .with_description("Bytes of files taken")
        .with_unit("By")
        .build()
});

static REFUSED: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter("attest")
        .u64_counter("attest.upload.refused")
        .with_description("Files not taken, by why")
        .build()
});

/// Counts a file that was taken.
pub(super) fn taken(bytes: u64) {
    BYTES.add(bytes, &[]);
}

/// Counts a file that was not.
pub(super) fn refused(why: &'static str) {
    REFUSED.add(1, &[KeyValue::new("attest.upload.reason", why)]);
}
