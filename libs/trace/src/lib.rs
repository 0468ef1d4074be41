//! The trace a piece of work belongs to: the number people and logs know it by, how it reaches
//! whoever goes on with the work, and how many statements the work took.
//!
//! Where spans are sent to, if anywhere, is `runtime`'s; what a span tells is said where the
//! work is done, and is never personal data (SEC-84).

mod tally;

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use uuid::Uuid;

pub use tally::{Tally, act, statement};

/// The number of the trace `span` belongs to: what logs are joined by, the audit keeps and a
/// person may tell support. A number of its own where no traces are kept.
#[must_use]
pub fn number(span: &Span) -> Uuid {
    let context = span.context();
    let trace = context.span().span_context().trace_id();
    match trace == TraceId::INVALID {
        true => Uuid::now_v7(),
        false => Uuid::from_bytes(trace.to_bytes()),
    }
}

/// What is kept with a job or a letter so that its own span goes on with the trace of `span`:
/// the `traceparent` of W3C Trace Context. Empty where no traces are kept.
#[must_use]
pub fn carried(span: &Span) -> String {
    let context = span.context();
    let span = context.span();
    let here = span.span_context();
    match here.is_valid() {
        true => format!(
            "00-{}-{}-{:02x}",
            here.trace_id(),
            here.span_id(),
            here.trace_flags().to_u8()
        ),
        false => String::new(),
    }
}

/// Makes `span` go on with the trace that was [`carried`] here, and names that trace in its
/// field `trace`, by which log lines are joined. To be called before the span is entered; what
/// is no `traceparent` begins a trace of its own.
pub fn resume(span: &Span, carried: &str) {
    if let Some(from) = parse(carried) {
        // Where no traces are kept there is nothing to go on with.
        let _ = span.set_parent(Context::new().with_remote_span_context(from));
    }
    name(span);
}

/// Names the trace of `span` in its field `trace`; returns the number.
pub fn name(span: &Span) -> Uuid {
    let number = number(span);
    span.record("trace", tracing::field::display(number.simple()));
    number
}

/// Tells something of `span` to whoever looks at traces; log lines are not made longer by it.
pub fn tell(span: &Span, attributes: impl IntoIterator<Item = KeyValue>) {
    for KeyValue { key, value, .. } in attributes {
        span.set_attribute(key, value);
    }
}

fn parse(carried: &str) -> Option<SpanContext> {
    let mut parts = carried.split('-');
    let mut part = || parts.next();
    let (version, trace, span, flags) = (part()?, part()?, part()?, part()?);
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?),
        true,
        TraceState::default(),
    );
    (version == "00" && context.is_valid()).then_some(context)
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    fn traced() -> tracing::subscriber::DefaultGuard {
        let tracer = SdkTracerProvider::builder().build().tracer("test");
        let layers =
            tracing_subscriber::registry().with(tracing_opentelemetry::layer().with_tracer(tracer));
        tracing::subscriber::set_default(layers)
    }

    #[test]
    fn a_trace_goes_on_where_it_was_carried_to() {
        let _traced = traced();
        let request = tracing::info_span!("request");
        let carried = carried(&request);
        let job = tracing::info_span!("job", trace = tracing::field::Empty);
        resume(&job, &carried);
        assert_eq!(number(&job), number(&request));
        let trace = number(&request).simple().to_string();
        assert_eq!(carried.split('-').nth(1), Some(trace.as_str()));
    }

    #[test]
    fn what_is_no_trace_begins_another() {
        let _traced = traced();
        for carried in [
            "",
            "00",
            "00-0-0-0",
            "01-00000000000000000000000000000001-1-01",
            "кто-то",
        ] {
            let job = tracing::info_span!("job");
            resume(&job, carried);
            assert_ne!(number(&job), Uuid::from_u128(1), "{carried}");
        }
    }

    #[test]
    fn without_traces_there_is_a_number_and_nothing_is_carried() {
        let request = tracing::info_span!("request");
        assert_eq!(carried(&request), "");
        assert_ne!(number(&request), number(&request));
    }
}
