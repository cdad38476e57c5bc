//! The calendar as the kernel keeps it.

pub use crate::kernel::calendar::{CalendarDay, CalendarState, YearCalendar};
