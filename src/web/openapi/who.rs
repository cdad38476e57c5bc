//! Who may call an operation: `openapi/access.json`, which `tests/access.rs` proves route by route.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::Operation;

use crate::base::capability::Role;

/// The duties of which one is enough, by operation; who needs none is not in it.
static DUTIES: LazyLock<BTreeMap<String, Vec<Role>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../openapi/access.json")).expect("the file is made by a test")
});

/// Says which duties let a caller in, in a sentence and, for programs, as `x-duties`.
pub(super) fn describe(operation: &mut Operation) {
    let Some(duties) = operation.operation_id.as_ref().and_then(|id| DUTIES.get(id)) else { return };
    let named: Vec<&str> = duties.iter().map(|duty| duty.title()).collect();
    let codes: Vec<String> = duties.iter().map(|duty| format!("`{}`", duty.as_str())).collect();
    let sentence =
        format!("Needs a duty on the unit it is about, or above it: {} ({}).", codes.join(", "), named.join("、"));
    let said = operation.description.take().unwrap_or_default();
    operation.description = Some(format!("{said}\n\n{sentence}").trim().to_owned());
    operation.extensions = Some(
        ExtensionsBuilder::new().add("x-duties", duties.iter().map(|duty| duty.as_str()).collect::<Vec<_>>()).build(),
    );
}
