//! The walks themselves: for each order and direction, for one municipality or all in scope, the
//! index that has it. What is filtered on the way stands in the macro of the parent; a statement
//! is put together of these pieces when it is compiled, and checked whole.

use super::{Counted, Filter, Hit, Place};
use crate::{error::Result, scope::Scope};
use domain::{
    life::Status,
    reference::{Category, Form},
};

/// A page, walked up or down from behind a place: the index's leading columns, its order, the
/// place's parameters.
macro_rules! walked {
    ($scope:expr, $by:expr, $down:expr, [$($lead:literal)+], $up:literal, $back:literal, $place:literal
     $(, $key:expr)+ $(,)?) => {
        if $down {
            walked!(@ $scope, $by, [$($lead)+], $up, ") < (", $place, $back $(, $key)+)
        } else {
            walked!(@ $scope, $by, [$($lead)+], $up, ") > (", $place, $up $(, $key)+)
        }
    };
    (@ $scope:expr, $by:expr, [$($lead:literal)+], $row:literal, $than:literal, $place:literal, $order:literal
     $(, $key:expr)+) => {
        filtered!(
            Hit,
            fetch_all,
            $scope,
            $by,
            r#"SELECT x.id AS "id!", x.public_id AS "public_id!", x.hit AS "hit!", x.n = 20000 AS "stopped!""#,
            ["row_number() OVER (ORDER BY " $order ") AS n FROM app.application a WHERE " $($lead)+
             "(" $row $than $place ") ORDER BY " $order " LIMIT 20000"],
            " LIMIT 51"
            $(, $key)+
        )
    };
}

/// A page in the order of terms. Terms are compared as rows, which the planner thinks narrow less
/// than a range: it would see no use in the status.
macro_rules! by_term {
    ($scope:expr, $by:expr, $down:expr, $from:expr, $lead:literal) => {
        walked!(
            $scope,
            $by,
            $down,
            [$lead "(a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND "],
            "a.due_on, a.id",
            "a.due_on DESC, a.id DESC",
            "$15, $16",
            $from.due_on,
            $from.id,
        )
    };
}

/// The count, walked from the beginning.
macro_rules! counted {
    ($scope:expr, $by:expr, $lead:literal) => {
        filtered!(
            Counted,
            fetch_one,
            $scope,
            $by,
            r#"SELECT count(*) FILTER (WHERE c.hit) AS "count!", coalesce(bool_or(c.n = 20000), false) AS "stopped!"
               FROM (SELECT x.hit, x.n"#,
            ["row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a WHERE " $lead
             "(a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint)
              ORDER BY a.due_on, a.id LIMIT 20000"],
            " LIMIT 1001) c",
        )
    };
}

// A municipality, where it is asked for, leads: its own index is walked. So does a status in the
// order of terms, which most filters have, and so do the lists of the operators' queue.

pub(super) async fn by_term(
    scope: &mut Scope,
    by: &Filter,
    down: bool,
    from: &Place,
) -> Result<Vec<Hit>> {
    let one_status = by.status.or(by.implied).is_some();
    Ok(match (by.tenant.is_some(), one_status) {
        _ if by.is_queue(scope) => by_term!(
            scope,
            by,
            down,
            from,
            "a.status = 'under_review' AND a.route = 'operator' AND a.procedure = $4 AND "
        ),
        (false, false) => by_term!(scope, by, down, from, "a.submitted_at IS NOT NULL AND "),
        (false, true) => by_term!(
            scope,
            by,
            down,
            from,
            "a.submitted_at IS NOT NULL AND a.status = $5 AND "
        ),
        (true, false) => by_term!(
            scope,
            by,
            down,
            from,
            "a.tenant_id = $1 AND a.submitted_at IS NOT NULL AND "
        ),
        (true, true) => by_term!(
            scope,
            by,
            down,
            from,
            "a.tenant_id = $1 AND a.submitted_at IS NOT NULL AND a.status = $5 AND "
        ),
    })
}

/// The other orders, in a municipality and in all.
macro_rules! either {
    ($scope:expr, $by:expr, $down:expr, $up:literal, $back:literal, $place:literal $(, $key:expr)+ $(,)?) => {
        if $by.tenant.is_some() {
            walked!($scope, $by, $down, ["a.tenant_id = $1 AND a.submitted_at IS NOT NULL AND "], $up, $back, $place
                $(, $key)+)
        } else {
            walked!($scope, $by, $down, ["a.submitted_at IS NOT NULL AND "], $up, $back, $place $(, $key)+)
        }
    };
}

pub(super) async fn by_name(
    scope: &mut Scope,
    by: &Filter,
    down: bool,
    from: &Place,
) -> Result<Vec<Hit>> {
    Ok(either!(
        scope,
        by,
        down,
        "a.surname, a.name, a.patronymic, a.id",
        "a.surname DESC, a.name DESC, a.patronymic DESC, a.id DESC",
        "$15, $16, $17, $18",
        from.surname,
        from.name,
        from.patronymic,
        from.id,
    ))
}

// COALESCE is no index condition under row-level security, CASE is.
pub(super) async fn by_number(
    scope: &mut Scope,
    by: &Filter,
    down: bool,
    from: &Place,
) -> Result<Vec<Hit>> {
    Ok(either!(
        scope,
        by,
        down,
        "CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id",
        "CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END DESC, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END DESC, a.id DESC",
        "$15, $16, $17",
        from.registered_on,
        from.number,
        from.id,
    ))
}

pub(super) async fn by_state(
    scope: &mut Scope,
    by: &Filter,
    down: bool,
    from: &Place,
) -> Result<Vec<Hit>> {
    Ok(either!(
        scope,
        by,
        down,
        "a.status, a.due_on, a.id",
        "a.status DESC, a.due_on DESC, a.id DESC",
        "$15, $16, $17",
        from.status,
        from.due_on,
        from.id,
    ))
}

/// How many rows the filter leaves.
///
/// # Errors
/// If the database does not answer.
pub async fn count(scope: &mut Scope, by: &Filter) -> Result<Counted> {
    let one_status = by.status.or(by.implied).is_some();
    Ok(match (by.tenant.is_some(), one_status) {
        _ if by.is_queue(scope) => counted!(
            scope,
            by,
            "a.status = 'under_review' AND a.route = 'operator' AND a.procedure = $4 AND "
        ),
        (false, false) => counted!(scope, by, "a.submitted_at IS NOT NULL AND "),
        (false, true) => counted!(
            scope,
            by,
            "a.submitted_at IS NOT NULL AND a.status = $5 AND "
        ),
        (true, false) => counted!(
            scope,
            by,
            "a.tenant_id = $1 AND a.submitted_at IS NOT NULL AND "
        ),
        (true, true) => counted!(
            scope,
            by,
            "a.tenant_id = $1 AND a.submitted_at IS NOT NULL AND a.status = $5 AND "
        ),
    })
}
