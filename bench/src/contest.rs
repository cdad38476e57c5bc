//! A contest that the whole enterprise takes part in: starting, saving an answer, handing in, and its ranking.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::client::{self, request};
use crate::contract::{self, Attempt};
use crate::report::Figure;
use crate::work::{arrive, figure};
use crate::world::World;

/// Longer than the settling of a contest of this size may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Writes, announces and opens a contest of ten questions; its path.
pub fn open(address: SocketAddr, world: &World) -> Result<String> {
    let written = ask(address, world, "POST", contract::CONTESTS, &contract::contest(world.root()))?;
    let path = contract::contest_path(&written)?;
    for step in [contract::ANNOUNCE, contract::OPEN] {
        ask(address, world, "POST", &format!("{path}{step}"), "")?;
    }
    Ok(path)
}

/// Every member starts an attempt; the attempts, in the members' order.
pub fn start(address: SocketAddr, world: &Rc<World>, path: &str, connections: usize) -> Result<(Figure, Vec<Attempt>)> {
    let (next, attempts) = (Cell::new(0), Rc::new(RefCell::new(Vec::new())));
    attempts.borrow_mut().resize_with(world.members as usize, || None);
    let (members, place, target) = (world.clone(), attempts.clone(), format!("{path}{}", contract::ATTEMPTS));
    let seen = client::on_connections(address, connections, async move |connection, seen| {
        while next.get() < members.members {
            let member = next.replace(next.get() + 1);
            let began = Instant::now();
            let request = request("POST", &target, Some(&members.access_token(member)), "");
            let (status, reply) = connection.exchange(&request).await?;
            if seen.borrow_mut().count(began, status, reply) {
                place.borrow_mut()[member as usize] = Some(contract::attempt(reply)?);
            }
        }
        Ok(())
    })?;
    let attempts = attempts.take().into_iter().collect::<Option<Vec<_>>>().context("an attempt is missing")?;
    Ok((figure(seen)?, attempts))
}

/// Every member saves an answer to the first of his questions.
pub fn answer(address: SocketAddr, world: &World, attempts: &[Attempt], connections: usize) -> Result<Figure> {
    let answers = attempts.iter().zip(0..).map(|(attempt, member)| {
        let path = contract::answer_path(attempt);
        request("PUT", &path, Some(&world.access_token(member)), contract::ANSWER)
    });
    let requests: Vec<_> = answers.collect();
    arrive(address, world, connections)?;
    figure(client::flood(address, connections, requests.into_iter())?)
}

/// Every member hands his attempt in.
pub fn hand_in(address: SocketAddr, world: &World, attempts: &[Attempt], connections: usize) -> Result<Figure> {
    let submissions = attempts.iter().zip(0..).map(|(attempt, member)| {
        let path = contract::hand_in_path(attempt);
        request("POST", &path, Some(&world.access_token(member)), "")
    });
    let requests: Vec<_> = submissions.collect();
    figure(client::flood(address, connections, requests.into_iter())?)
}

/// Closes the contest, waits for the ranking and publishes it; how long the ranking took.
pub fn close(address: SocketAddr, world: &World, path: &str) -> Result<Duration> {
    let began = Instant::now();
    ask(address, world, "POST", &format!("{path}{}", contract::CLOSE), "")?;
    while !contract::is_ranked(&ask(address, world, "GET", path, "")?)? {
        ensure!(began.elapsed() < PATIENCE, "the contest is not ranked after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
    let took = began.elapsed();
    ask(address, world, "POST", &format!("{path}{}", contract::PUBLISH), "")?;
    Ok(took)
}

/// What the organiser asks; he is the first member.
fn ask(address: SocketAddr, world: &World, method: &str, path: &str, body: &str) -> Result<Vec<u8>> {
    let (status, reply) = client::once(address, &request(method, path, Some(&world.access_token(0)), body))?;
    if !(200..300).contains(&status) {
        bail!("{method} {path}: {status} {}", String::from_utf8_lossy(&reply));
    }
    Ok(reply)
}
