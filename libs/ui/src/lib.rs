//! The interface's parts: maud components, the stylesheet, the script and the fonts, and the
//! Russian spelling of dates and numbers.
//!
//! What belongs here: anything that turns plain props into markup, with labels, hints, errors and
//! ARIA wired once for all pages. What does not: data, addresses of particular pages, rules; the
//! crate imports none of ours. No inline style or script is ever rendered (SEC-32), every text is
//! escaped by maud (SEC-34). Within a page's body plain `h2`, `p`, `ul` and `a` look right
//! without classes; [`gallery`] shows every component in every state.

mod assets;
mod charts;
mod choice;
mod collection;
mod content;
mod field;
mod form;
mod gallery;
mod navigation;
mod page;
mod passkey;
pub mod ru;
mod viewer;

pub use assets::{Asset, asset, asset_url};
pub use charts::{Bar, Chart, chart};
pub use choice::{
    Checkbox, Choice, Choices, Select, checkbox, checkboxes, radios, row_select, select,
};
pub use collection::{
    Column, Direction, Event, FileRow, Group, Grouped, Sort, Table, files, grouped, row_checkbox,
    row_mark, table, timeline,
};
pub use content::{
    Card, Counter, Fact, Step, Tone, Weight, cards, counters, details, inset, notification,
    progress, steps, summary, tag, waiting, warning,
};
pub use field::{
    Field, FileField, Width, date, email, file, hidden, number, password, row_text, tel, text,
    textarea,
};
pub use form::{
    ActionButton, ButtonStyle, Form, NamedButton, action_button, button, button_group, fieldset,
    filters, filters_with, form, link_button, named_button, secondary_button,
    secondary_link_button, warning_button,
};
pub use gallery::gallery;
pub use navigation::{Pagination, Tab, pagination, tabs};
pub use page::{FieldError, Flavour, Link, NavItem, Shell, User, page};
pub use passkey::{PasskeyButton, passkey_button, where_passkeys_work};
pub use viewer::{OpenDocument, Seen, ShownPage, VIEWER, Viewed, Viewer, beside};
