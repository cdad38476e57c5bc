//! `HEAD` on every route that has a `GET`: the same answer, headers and all, without its body.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage};

/// Asks the routes for what `GET` gives and lets its body go: merely left unsent, a stream of events would never end.
pub async fn head(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if req.method() != Method::HEAD {
        return next.call(req).await.map(ServiceResponse::map_into_boxed_body);
    }
    req.head_mut().method = Method::GET;
    req.extensions_mut().insert(HeadersOnly);
    let mut response = next.call(req).await?;
    let size = response.response().body().size();
    if let BodySize::Sized(length) = size {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    if size != BodySize::None {
        // so that nothing follows the headers, not even the end of a body, and the length above is told
        response.response_mut().head_mut().no_chunking(true);
    }
    Ok(response.map_body(|_, _| if size == BodySize::None { BoxBody::new(()) } else { BoxBody::new(Unsent) }))
}

/// Marks a request of which only the headers are sent, for what costs much or counts.
#[derive(Clone, Copy, Debug)]
pub struct HeadersOnly;

/// A body that ends before it begins.
struct Unsent;

impl MessageBody for Unsent {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}
