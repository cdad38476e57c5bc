//! Parameters that many operations take are told with the same bounds everywhere.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, RefOr};

use crate::web::{idempotency, page};

/// Tells the bounds of what `operation` takes as others do.
pub(super) fn describe(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(known) = parameter
            && let Some(schema) = bounds(known)
        {
            *parameter = RefOr::T(ParameterBuilder::from(known.clone()).schema(Some(schema)).build());
        }
    }
}

/// What such a parameter may be. Each of them may be left out, which `required` says.
fn bounds(parameter: &Parameter) -> Option<ObjectBuilder> {
    let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String));
    Some(match (&parameter.parameter_in, parameter.name.as_str()) {
        (ParameterIn::Query, "limit") => ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::Integer))
            .minimum(Some(1))
            .maximum(Some(page::MAX_LIMIT)),
        (ParameterIn::Query, "cursor") => text.pattern(Some("^[A-Za-z0-9_-]*$")),
        (ParameterIn::Header, "Idempotency-Key") => {
            text.min_length(Some(1)).max_length(Some(idempotency::MAX_KEY)).pattern(Some("^[!-~]+$"))
        }
        _ => return None,
    })
}
