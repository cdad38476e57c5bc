//! Buckets that speak S3, under the time limits that requests have. What is kept in one is up to who opens it.

use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::prefix::PrefixStore;
use object_store::{ClientConfigKey, ObjectStore, RetryConfig};

/// How long a store may take to answer; every request is answered within five seconds.
pub const PATIENCE: Duration = Duration::from_millis(4_500);

/// Why something could not be put or fetched.
#[derive(Debug)]
pub enum StoreError {
    /// The store does not have it.
    Missing,
    /// It cannot be asked, or not now.
    Away(String),
}

/// Why `place` can be neither a folder nor a bucket, if it cannot.
pub fn complaint(place: &str) -> Option<String> {
    let is_foreign = parse(place).is_none() && place.contains("://");
    is_foreign.then(|| format!("{place} is neither a folder nor s3://bucket/prefix (应为文件夹，或 s3://存储桶/前缀)"))
}

/// The bucket and the prefix of `s3://bucket/prefix`; `None` when `place` is no such address.
pub fn parse(place: &str) -> Option<(&str, &str)> {
    let address = place.strip_prefix("s3://")?;
    Some(address.split_once('/').unwrap_or((address, "")))
}

/// The bucket called `name`, as the usual `AWS_…` variables describe it; an empty one says nothing.
pub fn described_by_environment(name: &str) -> AmazonS3Builder {
    let setting = |name: &str| name.starts_with("AWS_").then(|| name.to_ascii_lowercase().parse().ok()).flatten();
    std::env::vars_os().fold(AmazonS3Builder::new().with_bucket_name(name), |builder, (name, value)| {
        match (name.to_str().and_then(setting), value.into_string()) {
            (Some(key), Ok(value)) if !value.trim().is_empty() => builder.with_config(key, value),
            _ => builder,
        }
    })
}

/// What lies under `prefix` in the bucket that `builder` describes.
pub fn open(builder: AmazonS3Builder, prefix: &str) -> object_store::Result<Box<dyn ObjectStore>> {
    let client = |key, value| (AmazonS3ConfigKey::Client(key), value);
    let limits = [client(ClientConfigKey::ConnectTimeout, "2s"), client(ClientConfigKey::Timeout, "60s")];
    let store = limits
        .into_iter()
        .fold(builder, |builder, (key, value)| builder.with_config(key, value))
        // one DELETE for each key, which every provider has; not all have the one for many
        .with_disable_bulk_delete(true)
        .with_retry(RetryConfig { max_retries: 2, retry_timeout: PATIENCE, ..RetryConfig::default() })
        .build()?;
    Ok(match prefix.trim_matches('/') {
        "" => Box::new(store),
        prefix => Box::new(PrefixStore::new(store, prefix)),
    })
}

/// Waits for a store as long as a request may.
pub async fn within<T>(asking: impl Future<Output = object_store::Result<T>>) -> Result<T, StoreError> {
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(object_store::Error::NotFound { .. })) => Err(StoreError::Missing),
        Ok(Err(error)) => Err(StoreError::Away(error.to_string())),
        Err(_) => Err(StoreError::Away("no answer within the time limit".into())),
    }
}
