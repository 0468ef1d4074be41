//! The policy as people who run an installation see it (`ctl policy …`): the matrix and what
//! another file would change. Who may do what is asked at the door of `db`, not here.

pub use authz::{compiled, differences, from_file, matrix};
