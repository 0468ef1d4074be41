//! Traces and metrics on their way to a collector (OTLP by gRPC). Sending never stands in
//! anybody's way: spans wait in a queue with an end, threads of their own send it, and what a
//! collector that is away did not take is told in the log. Metrics add up: nothing of them is
//! lost by a collector that is away for a while.

use std::time::Duration;

use opentelemetry::{
    KeyValue, global,
    trace::{SpanId, TraceId, TracerProvider as _},
};
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    metrics::{PeriodicReader, SdkMeterProvider},
    trace::{
        self, BatchConfigBuilder, BatchSpanProcessor, IdGenerator, RandomIdGenerator, Sampler,
        SdkTracerProvider, SpanData,
    },
};
use tracing::Subscriber;
use tracing_subscriber::{Layer, registry::LookupSpan};
use uuid::Uuid;

use crate::config::Collector;

/// How long a collector may take to answer, and how long the rest may take to leave at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Spans that may wait; a request has about five. What comes beyond them is counted and dropped.
const QUEUE: usize = 8192;

/// How often spans leave, and how often metrics do.
const SPANS_EVERY: Duration = Duration::from_secs(2);
const METRICS_EVERY: Duration = Duration::from_secs(15);

/// The traces and metrics of a process, and their way out.
#[must_use = "what is left is sent by `end`"]
pub struct Exports {
    spans: SdkTracerProvider,
    metrics: Option<SdkMeterProvider>,
}

impl Exports {
    pub(super) fn begin(
        collector: Option<&Collector>,
        service: &'static str,
    ) -> Result<Self, super::Error> {
        let spans = SdkTracerProvider::builder().with_id_generator(Numbers::default());
        let Some(collector) = collector else {
            // Numbers are given, nothing is kept under them.
            let spans = spans.with_sampler(Sampler::AlwaysOff).build();
            return Ok(Self {
                spans,
                metrics: None,
            });
        };
        let resource = Resource::builder_empty()
            .with_service_name(service)
            .with_attribute(KeyValue::new("service.namespace", "attest"))
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attribute(KeyValue::new(
                "service.instance.id",
                Uuid::now_v7().to_string(),
            ))
            .build();
        let exporter = SpanExporter::builder()
            .with_tonic()
            .with_endpoint(collector.as_str())
            .with_timeout(PATIENCE)
            .build()?;
        let bounds = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_scheduled_delay(SPANS_EVERY)
            .build();
        let batches = BatchSpanProcessor::builder(Counting(exporter)).with_batch_config(bounds);
        let spans = spans
            // How much of it is worth keeping is the collector's to decide.
            .with_sampler(Sampler::AlwaysOn)
            .with_resource(resource.clone())
            .with_span_processor(batches.build())
            .build();
        let exporter = MetricExporter::builder()
            .with_tonic()
            .with_endpoint(collector.as_str())
            .with_timeout(PATIENCE)
            .build()?;
        let reader = PeriodicReader::builder(exporter).with_interval(METRICS_EVERY);
        let metrics = SdkMeterProvider::builder()
            .with_resource(resource)
            .with_reader(reader.build())
            .build();
        global::set_meter_provider(metrics.clone());
        Ok(Self {
            spans,
            metrics: Some(metrics),
        })
    }

    /// The layer that makes traces of our spans.
    pub(super) fn spans<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.spans.tracer("attest"))
            .with_context_activation(false)
            .with_level(false)
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
    }

    /// Sends what is left. At the end of the process, in its runtime; takes [`PATIENCE`] at most
    /// for each of the two when the collector does not answer.
    pub async fn end(self) {
        let sent = tokio::task::spawn_blocking(move || {
            let spans = self.spans.shutdown_with_timeout(PATIENCE);
            let metrics = self.metrics.map(|metrics| metrics.shutdown());
            spans.and(metrics.unwrap_or(Ok(())))
        });
        match sent.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last traces or metrics are not sent"),
            Err(error) => tracing::error!(%error, "the last traces or metrics are not sent"),
        }
    }
}

/// Says in the log how many spans a collector did not take.
#[derive(Debug)]
struct Counting(SpanExporter);

impl trace::SpanExporter for Counting {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let lost = batch.len();
        if let Err(error) = self.0.export(batch).await {
            tracing::warn!(lost, %error, "spans are lost: the collector did not take them");
        }
        // Told already: the library would tell it again, without the number.
        Ok(())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

/// Gives traces numbers that sort by time, as the audit's do: they are the same numbers.
#[derive(Debug, Default)]
struct Numbers(RandomIdGenerator);

impl IdGenerator for Numbers {
    fn new_trace_id(&self) -> TraceId {
        TraceId::from_bytes(Uuid::now_v7().into_bytes())
    }

    fn new_span_id(&self) -> SpanId {
        self.0.new_span_id()
    }
}
