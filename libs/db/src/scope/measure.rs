//! What a scope tells of itself: a span from the asking for a connection to the end of the
//! transaction, and how long the asking took. Which act, role and municipality: never whose row,
//! nor a statement (SEC-84).

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use domain::{act::Act, actor::TenantId};
use opentelemetry::{
    KeyValue, global,
    metrics::{Histogram, Meter},
};
use sqlx::PgPool;
use tracing::Span;

static METER: LazyLock<Meter> = LazyLock::new(|| global::meter("attest"));

static WAITS: LazyLock<Histogram<f64>> = LazyLock::new(|| {
    METER
        .f64_histogram("db.client.connection.wait_time")
        .with_description("How long a scope waited for a connection and its BEGIN")
        .with_unit("s")
        .with_boundaries(vec![0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0])
        .build()
});

/// The span of the scope of a person doing `act`, which is what the trace shows the verb by.
pub(super) fn of_act(act: Act, role: &'static str, tenant: Option<TenantId>) -> Span {
    trace::act(act.code());
    let span = tracing::error_span!("act", otel.name = act.code(), act = act.code());
    tell(&span, role, tenant);
    span
}

/// The span of a scope that no act is asked for.
pub(super) fn of_role(role: &'static str, tenant: Option<TenantId>) -> Span {
    if Span::current().is_none() {
        // The worker looking for work every few seconds: part of no work, and nothing to tell.
        return Span::none();
    }
    let span = tracing::error_span!("scope");
    tell(&span, role, tenant);
    span
}

fn tell(span: &Span, role: &'static str, tenant: Option<TenantId>) {
    let tenant = tenant.map(|tenant| KeyValue::new("attest.tenant", i64::from(tenant.0)));
    trace::tell(
        span,
        [
            KeyValue::new("db.system.name", "postgresql"),
            KeyValue::new("attest.role", role),
        ]
        .into_iter()
        .chain(tenant),
    );
}

/// Counts how long the pool of a login role let a scope wait.
pub(super) fn waited(role: &'static str, since: Instant) {
    let waited: Duration = since.elapsed();
    let pool = [KeyValue::new("db.client.connection.pool.name", role)];
    WAITS.record(waited.as_secs_f64(), &pool);
}

/// Tells of the connections of a login role's pool whenever metrics leave.
pub(super) fn watch(role: &'static str, pool: &PgPool) {
    let of = move |state| {
        [
            KeyValue::new("db.client.connection.pool.name", role),
            KeyValue::new("db.client.connection.state", state),
        ]
    };
    let connections = pool.clone();
    METER
        .u64_observable_gauge("db.client.connection.count")
        .with_description("Connections of a pool, by whether a scope holds them")
        .with_callback(move |count| {
            let idle = u64::try_from(connections.num_idle()).unwrap_or(u64::MAX);
            count.observe(idle, &of("idle"));
            let size = u64::from(connections.size());
            count.observe(size.saturating_sub(idle), &of("used"));
        })
        .build();
    let most = pool.options().get_max_connections();
    METER
        .u64_observable_gauge("db.client.connection.max")
        .with_description("Connections a pool may have at most")
        .with_callback(move |max| {
            let pool = [KeyValue::new("db.client.connection.pool.name", role)];
            max.observe(u64::from(most), &pool);
        })
        .build();
}
