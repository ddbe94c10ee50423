//! What an operator can watch: each room's counts, under the names that `docs/operating.md` explains.

use std::fmt::{Debug, Error, Formatter};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabelSet, EncodeMetric, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use crate::manage::Manage;
use crate::store::Db;
use crate::verify::Verification;
use crate::web::api::tally::{Tally, VERDICTS};

/// Where the counts are.
pub struct Sources {
    pub db: Db,
    pub manage: Manage,
    pub verification: Verification,
    pub tally: Tally,
}

/// All metrics, read from their sources each time they are asked for.
pub fn registry(sources: Sources) -> Registry {
    let mut registry = Registry::with_prefix("latchkey");
    registry.register_collector(Box::new(sources));
    registry
}

impl Debug for Sources {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result<(), Error> {
        f.write_str("Sources")
    }
}

impl Collector for Sources {
    fn encode(&self, mut to: DescriptorEncoder) -> Result<(), Error> {
        self.build(&mut to)?;
        self.verifications(&mut to)?;
        self.times(&mut to)?;
        self.memory(&mut to)?;
        self.sign_ins(&mut to)?;
        self.passwords(&mut to)?;
        self.connections(&mut to)
    }
}

impl Sources {
    fn build(&self, to: &mut DescriptorEncoder) -> Result<(), Error> {
        let help = "The version that runs; always 1.";
        let mut to = to.encode_descriptor("build_info", help, None, MetricType::Gauge)?;
        gauge(&mut to, &[("version", env!("CARGO_PKG_VERSION"))], 1)
    }

    fn verifications(&self, to: &mut DescriptorEncoder) -> Result<(), Error> {
        let help = "Questions to /verify that were answered, by service, dialect and verdict.";
        let mut to = to.encode_descriptor("verifications", help, None, MetricType::Counter)?;
        for ((service, dialect), counts) in self.tally.verdicts() {
            for (verdict, count) in VERDICTS.into_iter().zip(counts) {
                let labels =
                    [("service", service.as_str()), ("dialect", dialect), ("verdict", verdict)];
                counter(&mut to, &labels, count)?;
            }
        }
        Ok(())
    }

    fn times(&self, to: &mut DescriptorEncoder) -> Result<(), Error> {
        let help = "From a question to /verify that has arrived to its answer.";
        let (name, unit) = ("verification_duration", Unit::Seconds);
        let mut to = to.encode_descriptor(name, help, Some(&unit), MetricType::Histogram)?;
        let times = self.tally.times();
        to.encode_histogram::<NoLabelSet>(times.seconds, times.count, &times.buckets, None)
    }

    fn memory(&self, to: &mut DescriptorEncoder) -> Result<(), Error> {
        let watched = self.verification.watched();
        let help = "Values looked up for /verify: found or known to be none in memory, or asked the database.";
        let mut found = to.encode_descriptor("index_lookups", help, None, MetricType::Counter)?;
        counter(&mut found, &[("result", "hit")], watched.hits)?;
        counter(&mut found, &[("result", "miss")], watched.misses)?;
        let help = "Values of tokens in memory.";
        let mut held = to.encode_descriptor("index_entries", help, None, MetricType::Gauge)?;
        held.encode_gauge(&watched.tokens)?;
        let (help, unit) = ("The most memory that these values can take.", Unit::Bytes);
        let mut held = to.encode_descriptor("index", help, Some(&unit), MetricType::Gauge)?;
        held.encode_gauge(&watched.bytes)?;
        let help = "Whether every live token is in memory: 1, or 0.";
        let mut whole = to.encode_descriptor("index_complete", help, None, MetricType::Gauge)?;
        whole.encode_gauge(&u64::from(watched.is_complete))?;
        let help = "Whether what is in memory is relied on: 1, or 0.";
        let mut relied = to.encode_descriptor("index_trusted", help, None, MetricType::Gauge)?;
        relied.encode_gauge(&u64::from(watched.is_trusted))?;
        let (help, unit) = ("How long ago every change was known.", Unit::Seconds);
        let mut lag = to.encode_descriptor("feed_lag", help, Some(&unit), MetricType::Gauge)?;
        // None is known while the feed can't be read.
        watched.lag.map_or(Ok(()), |known| lag.encode_gauge(&known.as_secs_f64()))
    }

    fn sign_ins(&self, to: &mut DescriptorEncoder) -> Result<(), Error> {
        let help = "Tries to sign in, by what came of them.";
        let mut to = to.encode_descriptor("sign_ins", help, None, MetricType::Counter)?;
        for (outcome, count) in self.manage.sign_ins() {
            counter(&mut to, &[("outcome", outcome)], count)?;
        }
        Ok(())
    }

    fn passwords(&self, to: &mut DescriptorEncoder) -> Result<(), Error> {
        let help = "Password checks that run, and those that wait for their turn.";
        let mut to = to.encode_descriptor("password_checks", help, None, MetricType::Gauge)?;
        let queue = self.manage.hashing();
        for (state, count) in [("running", queue.running), ("waiting", queue.waiting)] {
            gauge(&mut to, &[("state", state)], count)?;
        }
        Ok(())
    }

    fn connections(&self, to: &mut DescriptorEncoder) -> Result<(), Error> {
        let help = "Open connections to the database, by pool and by whether they are in use.";
        let mut to = to.encode_descriptor("database_connections", help, None, MetricType::Gauge)?;
        for (pool, open) in self.db.connections() {
            for (state, count) in [("busy", open.busy), ("idle", open.idle)] {
                gauge(&mut to, &[("pool", pool), ("state", state)], count)?;
            }
        }
        Ok(())
    }
}

fn counter(to: &mut MetricEncoder, labels: &impl EncodeLabelSet, count: u64) -> Result<(), Error> {
    ConstCounter::new(count).encode(to.encode_family(labels)?)
}

fn gauge(to: &mut MetricEncoder, labels: &impl EncodeLabelSet, value: usize) -> Result<(), Error> {
    ConstGauge::new(value).encode(to.encode_family(labels)?)
}
