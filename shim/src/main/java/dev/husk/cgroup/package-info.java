/**
 * The sandbox's place in the cgroup v2 tree: host detection, the P / S / init layout, delegation,
 * limits, kill and removal.
 */
@NullMarked
package dev.husk.cgroup;

import org.jspecify.annotations.NullMarked;
