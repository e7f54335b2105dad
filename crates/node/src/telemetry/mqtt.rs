//! The way in by MQTT 3.1.1, through a broker in this process or any other.
//!
//! A sender publishes readings to `forebay/v1/readings/SENDER` with quality of service 1. A broker acknowledges what it
//! has, not what is stored; so what became of them comes back on `forebay/v1/outcomes/SENDER`, and a sender keeps its
//! readings until it has heard. The node acknowledges to the broker after the commit: a broker that keeps sessions
//! delivers again what the node had not stored.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use bytes::Bytes;
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, Publish, QoS};
use rumqttd::{Broker, Config, ConnectionSettings, RouterConfig, ServerSettings};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::intake::{Intake, READINGS_MAX, Reply};
use super::reading::RECORD_BYTES;
use crate::{NodeError, hex};

/// Senders publish below this.
pub const READINGS_TOPIC: &str = "forebay/v1/readings/";

/// What became of it is published below this.
pub const OUTCOMES_TOPIC: &str = "forebay/v1/outcomes/";

/// Most bytes of a message: a full body, and room for the topic.
const MESSAGE_MAX: usize = READINGS_MAX * RECORD_BYTES + 1024;

/// Which broker, and as whom.
#[derive(Clone, Debug)]
pub struct BrokerSettings {
    /// The broker's host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The node's name there; the broker keeps what was not acknowledged under it.
    pub client: String,
    /// Name and password, if the broker asks.
    pub login: Option<(String, String)>,
    /// How long to wait before trying again what failed.
    pub pause: Duration,
}

impl BrokerSettings {
    fn options(&self) -> MqttOptions {
        let mut options = MqttOptions::new(&self.client, &self.host, self.port);
        options.set_clean_session(false).set_manual_acks(true).set_max_packet_size(MESSAGE_MAX, MESSAGE_MAX);
        if let Some((name, password)) = &self.login {
            options.set_credentials(name, password);
        }
        options
    }
}

/// What became of a message.
#[derive(Serialize)]
struct Answer<'a> {
    /// SHA-256 of the message, in hexadecimal.
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<&'a Reply>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

#[derive(Serialize)]
struct Problem {
    code: u16,
    title: String,
}

/// Starts a broker in this process, for as long as the process lives.
///
/// # Errors
/// [`NodeError::Broker`] if the address cannot be listened on.
pub fn start_broker(listen: SocketAddr) -> Result<(), NodeError> {
    let broken = |error: &dyn std::fmt::Display| NodeError::Broker(error.to_string());
    // The broker tells its log alone when it cannot listen.
    TcpListener::bind(listen).map_err(|error| broken(&error))?;
    let mut broker = Broker::new(configuration(listen));
    let thread = std::thread::Builder::new().name("broker".to_owned());
    thread.spawn(move || drop(broker.start())).map_err(|error| broken(&error))?;
    Ok(())
}

fn configuration(listen: SocketAddr) -> Config {
    let connections = ConnectionSettings {
        connection_timeout_ms: 10_000,
        max_payload_size: MESSAGE_MAX,
        max_inflight_count: 100,
        auth: None,
        external_auth: None,
        dynamic_filters: true,
    };
    let name = "v4".to_owned();
    let server =
        ServerSettings { name: name.clone(), listen, tls: None, next_connection_delay_ms: 1, connections };
    let router = RouterConfig {
        max_connections: 10_000,
        max_outgoing_packet_count: 200,
        max_segment_size: 16 << 20,
        max_segment_count: 8,
        ..RouterConfig::default()
    };
    Config { router, v4: Some([(name, server)].into()), ..Config::default() }
}

/// Takes readings from a broker until the future is dropped; connects again whenever the broker is gone.
pub async fn listen(intake: Intake, settings: BrokerSettings) {
    let (client, events) = AsyncClient::new(settings.options(), 64);
    // Never longer than what the broker sends ahead of our acknowledgements.
    let (messages, queue) = mpsc::unbounded_channel();
    let desk = Desk { intake, client: client.clone(), pause: settings.pause };
    tokio::join!(receive(client, events, (messages, settings.pause)), desk.serve(queue));
}

async fn receive(
    client: AsyncClient,
    mut events: EventLoop,
    (messages, pause): (mpsc::UnboundedSender<Publish>, Duration),
) {
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                // Asked again at every connection: a broker without sessions has forgotten.
                let _ = client.try_subscribe(format!("{READINGS_TOPIC}+"), QoS::AtLeastOnce);
            }
            Ok(Event::Incoming(Packet::Publish(message))) => {
                if messages.send(message).is_err() {
                    return;
                }
            }
            Ok(_) => (),
            Err(_) => tokio::time::sleep(pause).await,
        }
    }
}

/// Stores messages, one after another: so a sender's readings stay in order.
struct Desk {
    intake: Intake,
    client: AsyncClient,
    pause: Duration,
}

impl Desk {
    async fn serve(self, mut queue: mpsc::UnboundedReceiver<Publish>) {
        while let Some(message) = queue.recv().await {
            let result = self.store(&message.payload).await;
            if let (Some(sender), Some(answer)) =
                (message.topic.strip_prefix(READINGS_TOPIC), answer(&message, &result))
            {
                let topic = format!("{OUTCOMES_TOPIC}{sender}");
                let _ = self.client.publish(topic, QoS::AtLeastOnce, false, answer).await;
            }
            // A connection that is gone delivers the message again, and it will be a duplicate.
            let _ = self.client.ack(&message).await;
        }
    }

    /// Tries until it is stored, or refused for good.
    async fn store(&self, payload: &Bytes) -> Result<Reply, NodeError> {
        loop {
            match self.intake.submit(payload.clone()).await {
                Err(error) if error.is_transient() => tokio::time::sleep(self.pause).await,
                result => return result,
            }
        }
    }
}

fn answer(message: &Publish, result: &Result<Reply, NodeError>) -> Option<Vec<u8>> {
    let problem = result.as_ref().err().map(|error| Problem { code: error.code(), title: error.to_string() });
    let message = hex::encode(&Sha256::digest(&message.payload));
    serde_json::to_vec(&Answer { message, reply: result.as_ref().ok(), problem }).ok()
}
