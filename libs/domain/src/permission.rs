//! The second of the four questions (03 §3.2): may this role do this, in this relation to
//! the row? The vocabulary and the compiled table stand here, as plain data; the policy
//! file they are filled from is read by `authz`, the rows' facts come from `db`.

use std::collections::HashMap;

use crate::{act::Act, actor::Actor, role::Role, routing::Route};

macro_rules! relations {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// How the actor stands to a row: the closed vocabulary of the policy (08 §8.2).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Relation { $($(#[$doc])* $name,)* }

        impl Relation {
            /// Every relation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code used in the policy file.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The relation of a code; `None` for anything that is not one.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|relation| relation.code() == code)
            }
        }
    };
}

relations! {
    /// o: belongs to the actor's own account.
    Own = "own",
    /// Made by the actor's own account (an upload, a withdrawal formed).
    Authored = "authored",
    /// g: of the actor's organisation, and submitted where it is an application.
    OwnOrganisation = "own_organisation",
    /// t: of the actor's municipality, and submitted where it is an application.
    OwnMunicipality = "own_municipality",
    /// m: t, and the route is municipal.
    MunicipalRoute = "municipal_route",
    /// m, and the period of the application is not approved yet.
    MunicipalRouteOpen = "municipal_route_open",
    /// t, and the route is operator.
    OperatorRouteHere = "operator_route_here",
    /// t, and the person is a school coordinator or an expert.
    StaffHere = "staff_here",
    /// a: the actor has an open assignment.
    Assigned = "assigned",
    /// s: submitted, in any municipality.
    Submitted = "submitted",
    /// s, and the applicant is somebody else: what acting needs, not reading (R-ROUTE-6).
    SubmittedByAnother = "submitted_by_another",
    /// s, by another, and the period of the application is approved.
    SubmittedApproved = "submitted_approved",
    /// p: s, and the route is operator.
    OperatorRoute = "operator_route",
    /// A person of a municipality, below the institute.
    BelowInstitute = "below_institute",
    /// A person of the institute.
    Institute = "institute",
    /// x: any.
    Any = "any",
}

/// A set of relations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relations(u32);

impl Relations {
    /// No relation at all.
    pub const NONE: Self = Self(0);

    /// The set with one more relation in it.
    #[must_use]
    pub const fn with(self, relation: Relation) -> Self {
        Self(self.0 | 1 << relation as u32)
    }

    /// The set with `relation` in it if `holds`.
    #[must_use]
    pub const fn when(self, holds: bool, relation: Relation) -> Self {
        if holds { self.with(relation) } else { self }
    }

    /// Whether the two sets share a relation.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The relations in the set.
    pub fn iter(self) -> impl Iterator<Item = Relation> {
        Relation::ALL
            .iter()
            .copied()
            .filter(move |r| self.0 & (1 << *r as u32) != 0)
    }
}

/// What the policy needs to know of an application, or of a row that hangs on one.
#[derive(Clone, Copy, Debug)]
pub struct ApplicationFacts {
    /// The municipality it belongs to.
    pub tenant: i32,
    /// The applicant's account.
    pub account: i64,
    /// The organisation it was made for.
    pub organisation: Option<i64>,
    /// The route fixed at submission; `None` before it.
    pub route: Option<Route>,
    /// Whether its period is approved.
    pub period_approved: bool,
    /// Whether the actor has an open assignment on it.
    pub assigned: bool,
    /// The account that made the child row in question, where there is one.
    pub author: Option<i64>,
}

impl ApplicationFacts {
    /// The relations of `actor` to the application. Nobody is anything but the applicant to
    /// its own application (R-ROUTE-6).
    #[must_use]
    pub fn relations(&self, actor: &Actor) -> Relations {
        let own = self.account == actor.account.0;
        let authored = self.author == Some(actor.account.0);
        let base = Relations::NONE
            .when(own, Relation::Own)
            .when(authored, Relation::Authored);
        let Some(route) = self.route else { return base };
        let here = actor.tenant.is_some_and(|tenant| tenant.0 == self.tenant);
        let school = here && self.organisation.is_some() && self.organisation == actor.organisation;
        let base = base
            .when(school, Relation::OwnOrganisation)
            .when(here, Relation::OwnMunicipality)
            .with(Relation::Submitted)
            .with(Relation::Any);
        if own {
            return base;
        }
        base.when(here && route == Route::Municipal, Relation::MunicipalRoute)
            .when(
                here && route == Route::Municipal && !self.period_approved,
                Relation::MunicipalRouteOpen,
            )
            .when(
                here && route == Route::Operator,
                Relation::OperatorRouteHere,
            )
            .when(self.assigned, Relation::Assigned)
            .with(Relation::SubmittedByAnother)
            .when(self.period_approved, Relation::SubmittedApproved)
            .when(route == Route::Operator, Relation::OperatorRoute)
    }
}

/// What the policy needs to know of a person's membership.
#[derive(Clone, Copy, Debug)]
pub struct MembershipFacts {
    /// The municipality; `None` for a member of the institute.
    pub tenant: Option<i32>,
    /// The person's account.
    pub account: i64,
    /// The role of the membership.
    pub role: Role,
}

impl MembershipFacts {
    /// The relations of `actor` to the person.
    #[must_use]
    pub fn relations(&self, actor: &Actor) -> Relations {
        let here = self.tenant.is_some() && self.tenant == actor.tenant.map(|tenant| tenant.0);
        let staff = matches!(self.role, Role::School | Role::Expert);
        Relations::NONE
            .when(self.account == actor.account.0, Relation::Own)
            .when(here, Relation::OwnMunicipality)
            .when(here && staff, Relation::StaffHere)
            .when(!self.role.is_institute(), Relation::BelowInstitute)
            .when(self.role.is_institute(), Relation::Institute)
            .with(Relation::Any)
    }
}

/// The relations of `actor` to something that belongs to a municipality as a whole.
#[must_use]
pub fn of_municipality(actor: &Actor, tenant: i32) -> Relations {
    Relations::NONE
        .when(
            actor.tenant.is_some_and(|own| own.0 == tenant),
            Relation::OwnMunicipality,
        )
        .with(Relation::Any)
}

/// The policy, compiled: for each role and act the relations in which it is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy(HashMap<(Role, Act), Relations>);

impl Policy {
    /// The policy that allows exactly what `cells` say.
    pub fn new(cells: impl IntoIterator<Item = (Role, Act, Relation)>) -> Self {
        let mut table: HashMap<(Role, Act), Relations> = HashMap::new();
        for (role, act, relation) in cells {
            let set = table.entry((role, act)).or_default();
            *set = set.with(relation);
        }
        Self(table)
    }

    /// In what relations `role` may do `act`.
    #[must_use]
    pub fn relations(&self, role: Role, act: Act) -> Relations {
        self.0.get(&(role, act)).copied().unwrap_or_default()
    }

    /// Whether `role` may do `act` in any relation at all: what a menu and `enter` ask.
    #[must_use]
    pub fn ever(&self, role: Role, act: Act) -> bool {
        !self.relations(role, act).is_empty()
    }

    /// Whether `role` may do `act` standing to the row as `relations` say.
    #[must_use]
    pub fn allows(&self, role: Role, act: Act, relations: Relations) -> bool {
        self.relations(role, act).meets(relations)
    }
}
