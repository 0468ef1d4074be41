//! The store against a real S3 named by `ATTEST_S3_*`. Without these settings the tests fail:
//! a skipped test of the store would look like a passed one.
#![cfg(test)]

use std::{convert::Infallible, pin::pin};

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use bytes::Bytes;
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use storage::{PutError, Settings, Store, Stored, Vault};

const MIB: usize = 1024 * 1024;

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the tests get their settings"
)]
fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run deploy/dev/test"))
}

fn settings() -> Settings {
    Settings {
        endpoint: setting("ATTEST_S3_ENDPOINT"),
        region: setting("ATTEST_S3_REGION"),
        bucket: setting("ATTEST_S3_BUCKET"),
        access_key: setting("ATTEST_S3_ACCESS_KEY"),
        secret_key: setting("ATTEST_S3_SECRET_KEY"),
    }
}

async fn store() -> Store {
    let store = Store::new(settings());
    store.ensure_bucket().await.unwrap();
    store
}

fn key() -> String {
    let tenant = uuid::Uuid::now_v7();
    format!("t/{tenant}/2026/{}", uuid::Uuid::now_v7())
}

/// Bytes in which no part looks like another one, so that parts out of order are seen.
fn bytes(size: usize) -> Bytes {
    (0..size)
        .map(|i| ((i ^ (i >> 8) ^ (i >> 16)) % 251) as u8)
        .collect()
}

/// The same bytes in chunks that do not fit into parts evenly.
fn chunks(bytes: &Bytes) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
    let chunks: Vec<_> = bytes.chunks(70_001).map(Bytes::copy_from_slice).collect();
    stream::iter(chunks).map(Ok)
}

async fn read(store: &Store, key: &str) -> Bytes {
    let object = store.get(key).await.unwrap().expect("the object");
    let chunks: Vec<Bytes> = object.body.try_collect().await.unwrap();
    let bytes = Bytes::from(chunks.concat());
    assert_eq!(object.size, bytes.len() as u64);
    bytes
}

/// The same key without our crate around it.
fn raw() -> aws_sdk_s3::Client {
    let s = settings();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(s.region))
        .endpoint_url(s.endpoint)
        .force_path_style(true)
        .credentials_provider(Credentials::new(
            s.access_key,
            s.secret_key,
            None,
            None,
            "test",
        ))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// Multipart uploads of this key that nobody finished or aborted.
async fn unfinished(key: &str) -> usize {
    let listed = raw()
        .list_multipart_uploads()
        .bucket(settings().bucket)
        .send()
        .await
        .unwrap();
    // Not by `prefix`: stores differ in what it means here.
    let of_key = listed.uploads().iter().filter(|u| u.key() == Some(key));
    of_key.count()
}

async fn nothing_under(store: &Store, key: &str) {
    assert_eq!(store.head(key).await.unwrap(), None);
    assert_eq!(unfinished(key).await, 0);
}

async fn comes_back(size: usize) {
    let (store, key, bytes) = (store().await, key(), bytes(size));
    let stored = store
        .put(&key, "application/pdf", chunks(&bytes), size as u64)
        .await
        .unwrap();
    let expected = Stored {
        size: size as u64,
        sha256: Sha256::digest(&bytes).into(),
    };
    assert_eq!(stored, expected);
    assert!(read(&store, &key).await == bytes, "other bytes came back");
    let head = store.head(&key).await.unwrap().unwrap();
    assert_eq!(
        (head.size, head.content_type.as_str()),
        (size as u64, "application/pdf")
    );
    assert_eq!(unfinished(&key).await, 0);
}

#[tokio::test]
async fn one_byte_comes_back() {
    comes_back(1).await;
}

#[tokio::test]
async fn a_byte_less_than_a_part_comes_back() {
    comes_back(5 * MIB - 1).await;
}

#[tokio::test]
async fn exactly_one_part_comes_back() {
    comes_back(5 * MIB).await;
}

#[tokio::test]
async fn several_parts_come_back() {
    comes_back(12 * MIB).await;
}

#[tokio::test]
async fn one_chunk_of_several_parts_comes_back() {
    let (store, key, bytes) = (store().await, key(), bytes(11 * MIB));
    let chunk = stream::iter([Ok::<_, Infallible>(bytes.clone())]);
    store.put(&key, "image/png", chunk, u64::MAX).await.unwrap();
    assert!(read(&store, &key).await == bytes, "other bytes came back");
}

#[tokio::test]
async fn an_empty_source_stores_nothing() {
    let (store, key) = (store().await, key());
    let error = store
        .put(&key, "application/pdf", chunks(&Bytes::new()), 10)
        .await
        .unwrap_err();
    assert!(matches!(error, PutError::Empty), "{error:?}");
    nothing_under(&store, &key).await;
}

/// In one part and in several: the limit is met before and after the store has seen a byte.
#[tokio::test]
async fn a_byte_over_the_limit_leaves_nothing() {
    let store = store().await;
    for limit in [MIB, 11 * MIB] {
        let key = key();
        let put = store.put(
            &key,
            "application/pdf",
            chunks(&bytes(limit + 1)),
            limit as u64,
        );
        let error = put.await.unwrap_err();
        assert!(
            matches!(error, PutError::TooLarge { limit: told } if told == limit as u64),
            "{error:?}"
        );
        nothing_under(&store, &key).await;
    }
}

#[tokio::test]
async fn a_source_that_breaks_off_leaves_nothing() {
    let store = store().await;
    for size in [MIB, 7 * MIB] {
        let key = key();
        let broken = chunks(&bytes(size))
            .map(|chunk| chunk.map_err(|never| match never {}))
            .chain(stream::iter([Err(std::io::Error::other("gone"))]));
        let error = store
            .put(&key, "application/pdf", broken, u64::MAX)
            .await
            .unwrap_err();
        assert!(
            matches!(error, PutError::Source(ref e) if e.to_string() == "gone"),
            "{error:?}"
        );
        nothing_under(&store, &key).await;
    }
}

/// A browser that goes away drops the handler's future in the middle of the second part.
#[tokio::test]
async fn a_dropped_upload_takes_its_parts_back() {
    let (store, key) = (store().await, key());
    let (stalled, stalls) = tokio::sync::oneshot::channel();
    let source = chunks(&bytes(7 * MIB)).chain(
        stream::once(async move {
            let _ = stalled.send(());
            std::future::pending().await
        })
        .boxed(),
    );
    {
        // Held by reference: `select!` drops what it owns before the branch that won runs.
        let mut put = pin!(store.put(&key, "application/pdf", source, u64::MAX));
        tokio::select! {
            _ = put.as_mut() => panic!("the source never ends"),
            _ = stalls => {}
        }
        unfinished_become(&key, 1).await;
    }
    unfinished_become(&key, 0).await;
    nothing_under(&store, &key).await;
}

/// Waits until the store lists so many unfinished uploads of the key: it lists what it was
/// told a moment later.
async fn unfinished_become(key: &str, count: usize) {
    for _ in 0..200 {
        if unfinished(key).await == count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{count} unfinished uploads were to be listed");
}

#[tokio::test]
async fn puts_beside_each_other_do_not_mix() {
    let store = store().await;
    let puts = (0..6).map(|i| {
        let (store, key) = (store.clone(), key());
        let bytes: Bytes = bytes(i * MIB + 3).iter().map(|b| b ^ i as u8).collect();
        async move {
            store
                .put(&key, "application/pdf", chunks(&bytes), u64::MAX)
                .await
                .unwrap();
            (key, bytes)
        }
    });
    for (key, bytes) in futures::future::join_all(puts).await {
        assert!(read(&store, &key).await == bytes, "other bytes came back");
    }
}

#[tokio::test]
async fn bytes_in_memory_may_be_put_again() {
    let (store, key) = (store().await, key());
    for text in ["первая печать", "вторая"] {
        let bytes = Bytes::from(text);
        let stored = store
            .put_bytes(&key, "application/pdf", bytes.clone())
            .await
            .unwrap();
        assert_eq!(stored.size, text.len() as u64);
        assert_eq!(read(&store, &key).await, bytes);
    }
}

#[tokio::test]
async fn a_missing_key_is_no_error() {
    let (store, key) = (store().await, key());
    assert!(store.get(&key).await.unwrap().is_none());
    assert!(store.head(&key).await.unwrap().is_none());
    store.delete(&key).await.unwrap();
}

#[tokio::test]
async fn a_deleted_object_is_gone() {
    let (store, key) = (store().await, key());
    store
        .put_bytes(&key, "application/pdf", Bytes::from("x"))
        .await
        .unwrap();
    store.delete(&key).await.unwrap();
    nothing_under(&store, &key).await;
}

#[tokio::test]
async fn a_wrong_secret_is_unavailable_and_not_printed() {
    let store = store().await;
    store.check().await.unwrap();
    let wrong = Settings {
        secret_key: "wrong-secret".to_owned(),
        ..settings()
    };
    assert!(!format!("{wrong:?}").contains("wrong-secret"));
    let wrong = Store::new(wrong);
    let error = wrong.check().await.unwrap_err();
    assert!(!format!("{error:?}{wrong:?}").contains("wrong-secret"));
    let put = wrong
        .put(&key(), "application/pdf", chunks(&bytes(1)), 1)
        .await;
    assert!(matches!(put, Err(PutError::Unavailable(_))));
}

#[tokio::test]
async fn what_a_killed_process_left_is_abandoned() {
    let store = store().await;
    let key = key();
    let begun = bytes(6 * MIB);
    let stream = chunks(&begun).chain(stream::pending());
    let putting = {
        let (store, key) = (store.clone(), key.clone());
        async move { store.put(&key, "application/x-tar", stream, u64::MAX).await }
    };
    // Never dropped, as in a process that is killed: nothing takes the part back.
    let putting = Box::leak(Box::new(Box::pin(putting)));
    let cut = tokio::time::timeout(std::time::Duration::from_secs(3), putting).await;
    assert!(cut.is_err());
    assert_eq!(unfinished(&key).await, 1);
    store.abandon(&key).await.unwrap();
    assert_eq!(unfinished(&key).await, 0);
    // A key nothing was ever put under is no error.
    store.abandon(&key).await.unwrap();
}

/// The vault, which no test can empty: each writes under a name of its own.
async fn vault() -> (Vault, aws_sdk_s3::Client, String) {
    let bucket = format!("{}-seals", setting("ATTEST_S3_BUCKET"));
    let vault = Vault::new(Settings {
        bucket: bucket.clone(),
        ..settings()
    });
    vault.ensure().await.unwrap();
    vault.ensure().await.unwrap();
    (vault, raw(), bucket)
}

#[tokio::test]
async fn sec_81_what_lies_in_the_vault_stays_there() {
    let (vault, raw, bucket) = vault().await;
    let until = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
    let own = uuid::Uuid::now_v7();
    let (one, two) = (format!("{own}/1-a"), format!("{own}/2-b"));
    let body = Bytes::from_static(b"{}");
    assert!(vault.put(&one, body.clone(), until).await.unwrap());
    let again = Bytes::from_static(b"{\"forged\":1}");
    assert!(!vault.put(&one, again.clone(), until).await.unwrap());
    assert!(vault.put(&two, body.clone(), until).await.unwrap());
    let first = vault.list(&format!("{own}/")).await.unwrap();
    let keys: Vec<&str> = first.iter().map(|version| version.key.as_str()).collect();
    assert_eq!(keys, [&one, &two]);
    assert_eq!(vault.list(&two).await.unwrap().len(), 1);

    // The very key that wrote it may neither delete the version, nor shorten its time.
    let delete = raw
        .delete_object()
        .bucket(&bucket)
        .key(&one)
        .version_id(&first[0].id);
    assert!(delete.send().await.is_err(), "a locked version was deleted");
    let bypass = raw
        .delete_object()
        .bucket(&bucket)
        .key(&one)
        .version_id(&first[0].id)
        .bypass_governance_retention(true);
    assert!(bypass.send().await.is_err(), "the lock was bypassed");
    let sooner = aws_sdk_s3::types::ObjectLockRetention::builder()
        .mode(aws_sdk_s3::types::ObjectLockRetentionMode::Compliance)
        .retain_until_date(aws_sdk_s3::primitives::DateTime::from(
            until - std::time::Duration::from_secs(3000),
        ))
        .build();
    let shorten = raw
        .put_object_retention()
        .bucket(&bucket)
        .key(&one)
        .version_id(&first[0].id)
        .retention(sooner);
    assert!(shorten.send().await.is_err(), "the time was shortened");

    // Writing over it and deleting it without a version only lay something on top.
    let over = raw
        .put_object()
        .bucket(&bucket)
        .key(&one)
        .body(again.into());
    over.send().await.unwrap();
    let hide = raw.delete_object().bucket(&bucket).key(&two);
    hide.send().await.unwrap();
    assert_eq!(vault.list(&format!("{own}/")).await.unwrap(), first);
    for version in &first {
        assert_eq!(vault.get(version).await.unwrap().unwrap(), body);
    }
}
