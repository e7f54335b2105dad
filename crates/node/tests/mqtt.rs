//! The way in by MQTT: the broker in the process, and Mosquitto that goes and comes back.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Duration;

use forebay_node::hex;
use forebay_node::telemetry::mqtt::{BrokerSettings, OUTCOMES_TOPIC, READINGS_TOPIC, listen, start_broker};
use forebay_node::telemetry::{Intake, Kind, Record};
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, QoS};
use serde_json::Value;
use sha2::{Digest, Sha256};
use support::servers::{Mosquitto, free_port};
use support::{NOW, Signer, TestClock, body, open, sqlite};

fn settings(port: u16) -> BrokerSettings {
    let (host, client) = ("127.0.0.1".to_owned(), "node".to_owned());
    BrokerSettings { host, port, client, login: None, pause: Duration::from_millis(50) }
}

/// A site that publishes readings and hears what became of them.
struct Sender {
    client: AsyncClient,
    events: EventLoop,
}

impl Sender {
    async fn connect(port: u16) -> Self {
        let mut options = MqttOptions::new("site", "127.0.0.1", port);
        options.set_clean_session(false).set_max_packet_size(1 << 20, 1 << 20);
        let (client, events) = AsyncClient::new(options, 16);
        client.subscribe(format!("{OUTCOMES_TOPIC}site"), QoS::AtLeastOnce).await.unwrap();
        let mut sender = Self { client, events };
        sender.until(|packet| matches!(packet, Packet::SubAck(_))).await;
        sender
    }

    /// Polls until a packet comes, connecting again as often as need be.
    async fn until(&mut self, wanted: impl Fn(&Packet) -> bool) -> Packet {
        let poll = async {
            loop {
                match self.events.poll().await {
                    Ok(Event::Incoming(packet)) if wanted(&packet) => return packet,
                    Ok(_) => (),
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), poll).await.expect("nothing came in half a minute")
    }

    async fn publish(&self, payload: &[u8]) {
        self.client.publish(format!("{READINGS_TOPIC}site"), QoS::AtLeastOnce, false, payload).await.unwrap();
    }

    /// What became of a message.
    async fn outcome(&mut self, payload: &[u8]) -> Value {
        let message = hex::encode(&Sha256::digest(payload));
        loop {
            let packet = self.until(|packet| matches!(packet, Packet::Publish(_))).await;
            let Packet::Publish(publish) = packet else { unreachable!() };
            let outcome: Value = serde_json::from_slice(&publish.payload).unwrap();
            if outcome["message"] == message.as_str() {
                return outcome;
            }
        }
    }
}

async fn node(signer: &Signer) -> (tempfile::TempDir, Intake) {
    let (folder, address) = sqlite();
    let intake = support::intake(&open(&address).await, &[signer], &TestClock::at(NOW)).await;
    (folder, intake)
}

/// The node subscribes on its own time; a message before that would be lost by a broker without sessions. So the first
/// one is sent until it is answered.
async fn first(sender: &mut Sender, record: Record) {
    let payload = body(&[record]);
    for _ in 0..100 {
        sender.publish(&payload).await;
        let answer = tokio::time::timeout(Duration::from_millis(200), sender.outcome(&payload)).await;
        if let Ok(outcome) = answer {
            assert!(outcome["reply"].is_object(), "{outcome}");
            return;
        }
    }
    panic!("the node does not answer");
}

async fn exchange(sender: &mut Sender, meter: &mut Signer) {
    first(sender, meter.next()).await;
    let batch = body(&meter.many(3));
    sender.publish(&batch).await;
    assert_eq!(sender.outcome(&batch).await["reply"]["accepted"], 3);
    sender.publish(&batch).await;
    assert_eq!(sender.outcome(&batch).await["reply"]["outcomes"].as_array().unwrap().len(), 3, "duplicates");
    sender.publish(b"no reading").await;
    assert_eq!(sender.outcome(b"no reading").await["problem"]["code"], 932);
}

#[tokio::test]
async fn the_broker_in_the_process() {
    let mut meter = Signer::new(Kind::Meter, 1);
    let (_folder, intake) = node(&meter).await;
    let port = free_port();
    start_broker(([127, 0, 0, 1], port).into()).unwrap();
    let listener = tokio::spawn(listen(intake.clone(), settings(port)));
    let mut sender = Sender::connect(port).await;
    exchange(&mut sender, &mut meter).await;
    assert_eq!(intake.counters().readings("accepted"), 4);
    listener.abort();
}

#[tokio::test]
async fn a_broker_that_is_gone_and_back_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut broker) = Mosquitto::start(folder.path()) else { return };
    let mut meter = Signer::new(Kind::Meter, 1);
    let (_folder, intake) = node(&meter).await;
    let listener = tokio::spawn(listen(intake.clone(), settings(broker.port)));
    let mut sender = Sender::connect(broker.port).await;
    exchange(&mut sender, &mut meter).await;

    broker.down();
    let missed = body(&meter.many(2));
    sender.publish(&missed).await;
    broker.up();
    assert_eq!(sender.outcome(&missed).await["reply"]["accepted"], 2);

    // The node is gone; the broker keeps what comes for it.
    listener.abort();
    assert!(listener.await.unwrap_err().is_cancelled());
    let meanwhile = body(&meter.many(2));
    sender.publish(&meanwhile).await;
    sender.until(|packet| matches!(packet, Packet::PubAck(_))).await;
    let listener = tokio::spawn(listen(intake.clone(), settings(broker.port)));
    assert_eq!(sender.outcome(&meanwhile).await["reply"]["accepted"], 2);
    listener.abort();
    assert_eq!(intake.counters().readings("accepted"), 8);
}
