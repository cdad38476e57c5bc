//! Attachments in a bucket. There is no S3 here: a small server of our own speaks the part of it that is used.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use uuid::Uuid;
use xianfeng::ground::files::BlobStore;
use xianfeng::kernel::key_store::{KeyStore, KeyStoreError};

use crate::support::bucket::{ACCESS_KEY, BUCKET, Bucket};
use crate::support::process::{Server, Site};
use crate::support::proxy::{Proxy, Way};
use crate::support::{Reply, send};

fn builder(url: &str) -> AmazonS3Builder {
    AmazonS3Builder::new()
        .with_bucket_name(BUCKET)
        .with_endpoint(url)
        .with_access_key_id(ACCESS_KEY)
        .with_secret_access_key("secret")
        .with_allow_http(true)
}

/// A blob store in the bucket at `url`.
fn blobs(url: &str) -> BlobStore {
    BlobStore::bucket(builder(url), "annexes/").unwrap()
}

async fn fetched(blobs: &BlobStore, key: &str) -> Option<Vec<u8>> {
    let (size, bytes) = blobs.fetch(key).await.ok()?;
    let bytes: Vec<_> = bytes.try_collect().await.unwrap();
    let bytes = bytes.concat();
    assert_eq!(bytes.len() as u64, size);
    Some(bytes)
}

#[tokio::test]
async fn a_bucket_keeps_lists_and_forgets() {
    let bucket = Bucket::start();
    bucket.put("other/2026-07-01/x", b"x");
    let blobs = blobs(&bucket.url);
    blobs.put("2026-07-01/a", vec![7; 3_000_000]).await.unwrap();
    blobs.put("2026-07-01/b", &b"b"[..]).await.unwrap();
    blobs.put("2026-07-02/c", &b"c"[..]).await.unwrap();
    assert_eq!(
        bucket.keys(),
        ["annexes/2026-07-01/a", "annexes/2026-07-01/b", "annexes/2026-07-02/c", "other/2026-07-01/x"]
    );
    assert_eq!(fetched(&blobs, "2026-07-01/a").await.unwrap(), vec![7; 3_000_000]);
    assert_eq!(fetched(&blobs, "2026-07-01/x").await, None);
    assert_eq!(blobs.list("2026-07-01").await.unwrap(), ["2026-07-01/a", "2026-07-01/b"]);
    assert!(blobs.list("2026-07-03").await.unwrap().is_empty());
    for _ in 0..2 {
        blobs.forget("2026-07-01/a").await.unwrap();
    }
    assert_eq!(blobs.list("2026-07-01").await.unwrap(), ["2026-07-01/b"]);
}

#[tokio::test]
async fn keys_of_votes_lie_in_a_bucket_until_they_are_destroyed() {
    let bucket = Bucket::start();
    bucket.put("other/x", b"x");
    let keys = KeyStore::bucket(builder(&bucket.url), "votes").unwrap();
    keys.probe().await.unwrap();
    let (name, key) = keys.create(Uuid::from_u128(7)).await.unwrap();
    assert_eq!(bucket.keys(), ["other/x".to_owned(), format!("votes/{name}")]);
    assert_eq!(keys.list().await.unwrap(), [name]);
    assert!(keys.load(name).await.unwrap() == Some(key.clone()));
    bucket.fail(Some(500));
    assert!(
        matches!(keys.load(name).await, Err(KeyStoreError::Away(_))),
        "a key that cannot be read is not a lost one"
    );
    bucket.fail(None);
    for _ in 0..2 {
        keys.destroy(name).await.unwrap();
    }
    assert_eq!(bucket.keys(), ["other/x"]);
    let puts = bucket
        .requests()
        .iter()
        .filter(|request| request.starts_with("PUT") && request.contains(&name.to_string()))
        .count();
    assert_eq!(puts, 2, "it was overwritten before it was deleted");
    assert!(keys.load(name).await.unwrap().is_none());
    bucket.keep_versions();
    assert!(matches!(keys.put(name, &key).await, Err(KeyStoreError::Versioned)));
    assert!(matches!(keys.probe().await, Err(KeyStoreError::Versioned)));
}

#[tokio::test]
async fn a_bucket_that_fails_or_is_silent_is_not_waited_for() {
    let bucket = Bucket::start();
    let way = Proxy::to(&bucket.url).await;
    let blobs = blobs(&way.instead_of(&bucket.url));
    blobs.put("d/a", &b"a"[..]).await.unwrap();
    let check = async |works: bool| {
        let began = Instant::now();
        assert_eq!(blobs.put("d/a", &b"a"[..]).await.is_ok(), works);
        assert!(began.elapsed() < Duration::from_secs(5), "put: {:?}", began.elapsed());
        let began = Instant::now();
        assert_eq!(blobs.fetch("d/a").await.is_ok(), works);
        assert!(began.elapsed() < Duration::from_secs(5), "fetch: {:?}", began.elapsed());
    };
    for status in [500, 503, 403] {
        bucket.fail(Some(status));
        check(false).await;
    }
    bucket.fail(None);
    for outage in [Way::Refusing, Way::Silent] {
        way.set(outage);
        check(false).await;
    }
    way.set(Way::Open);
    check(true).await;
}

async fn upload(server: &Server, token: &str, bytes: &'static [u8]) -> Reply {
    let request = server.client.post(server.url("/files?name=a.pdf")).bearer_auth(token).body(bytes);
    send(request).await
}

#[tokio::test]
async fn a_server_finds_its_bucket_by_the_usual_variables() {
    let bucket = Bucket::start();
    let site = Site::without_paper(1).await;
    let environment = [
        ("AWS_ENDPOINT", bucket.url.clone()),
        ("AWS_ALLOW_HTTP", "true".into()),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY.into()),
        ("AWS_SECRET_ACCESS_KEY", "secret".into()),
    ];
    let server = site.serve_where(&[format!("--files=s3://{BUCKET}/annexes")], &environment).await;
    let token = site.token(0);
    let file = upload(&server, &token, b"%PDF-1.4").await.ok(201);
    let id = file["id"].as_str().unwrap();
    assert_eq!(bucket.keys(), [format!("annexes/{}/{id}", site.day)]);
    let path = format!("/files/{id}");
    assert_eq!(server.get(&path, &token).await.unwrap().bytes, b"%PDF-1.4");

    bucket.fail(Some(500));
    let refused = upload(&server, &token, b"%PDF-1.5").await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.refused(503, "service.unavailable");
    server.get(&path, &token).await.unwrap().refused(503, "service.unavailable");
    bucket.fail(None);
    assert_eq!(server.get(&path, &token).await.unwrap().status, 200);
    assert_eq!(bucket.keys().len(), 1, "nothing of the refused upload: {:?}", bucket.requests());
}
