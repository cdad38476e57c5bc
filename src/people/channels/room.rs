//! What the room hands over to the program.

use std::sync::Arc;

use super::actions::Channels;
use super::carriers::{Channel, Mini, Wechat, Wecom};
use super::expanding::{DIGEST, EXPAND, SEND};
use super::personal::PERSONAL;
use super::quotas;
use super::settings::Policy;
use crate::ground::notices::Onward;
use crate::kernel::outbox::{Handlers, Lane};
use crate::people::platforms::Platforms;
use crate::room::{House, Opened, Room};

pub async fn open(house: &House) -> Opened {
    let platforms = house.get::<Platforms>();
    let address = house.config.web.public_url.as_deref().map(|url| url.trim().trim_end_matches('/').to_owned());
    let address = address.filter(|address| !address.is_empty());
    let mut carriers: Vec<Box<dyn Channel>> = Vec::new();
    let policy = Policy::new();
    if platforms.wecom.is_some() {
        match address.clone() {
            Some(address) => {
                let (platforms, db, policy) = (platforms.clone(), house.db.clone(), policy.clone());
                carriers.push(Box::new(Wecom { platforms, db, policy, address }));
            }
            None => tracing::warn!(
                "XIANFENG_PUBLIC_URL is not set: no message leaves by WeCom, since its button would lead nowhere"
            ),
        }
    }
    platforms.upon_unbinding(quotas::forget);
    if let (Some(address), true) = (address.clone(), platforms.wechat.is_some()) {
        let (platforms, db, policy) = (platforms.clone(), house.db.clone(), policy.clone());
        carriers.push(Box::new(Wechat { platforms, db, policy, address }));
    }
    if platforms.mini.is_some() {
        carriers.push(Box::new(Mini { platforms: platforms.clone(), db: house.db.clone(), policy: policy.clone() }));
    }
    let settings = policy.each();
    let channels = Channels {
        db: house.db.clone(),
        directory: house.get(),
        policy,
        carriers: Arc::new(carriers),
        platforms,
        public_url: address,
        verification_files: house.config.platforms.verification_files(),
    };
    let leading = channels.clone();
    house.get::<Onward>().by(move |tx, notice| leading.lead(tx, notice));
    let handlers = handlers(&channels);
    let room = Room::of(channels)
        .clears("what became of messages", |channels| async move { channels.clear().await })
        .looks_out("消息模板", |channels| async move { Ok(channels.look_out()) });
    Ok(room.room().keeps(PERSONAL).delivers(handlers).settings(settings))
}

fn handlers(channels: &Channels) -> Handlers {
    let mut handlers = Handlers::default();
    for carrier in channels.carriers.iter() {
        let (at_once, in_flight) = carrier.pace();
        handlers.lane(Lane { name: carrier.name().lane(), at_once, in_flight });
    }
    let room = channels.clone();
    handlers.on(EXPAND, move |message| {
        let room = room.clone();
        async move { room.expand(message).await }
    });
    let room = channels.clone();
    handlers.on_batch(SEND, move |messages| {
        let room = room.clone();
        async move { room.send(messages).await }
    });
    let room = channels.clone();
    handlers.on_batch(DIGEST, move |messages| {
        let room = room.clone();
        async move { room.send_digests(messages).await }
    });
    handlers
}
