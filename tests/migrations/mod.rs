//! From one release to the next: databases of the previous one come along, and those of a later one are refused.

mod filling;
mod later;
mod previous;
