package dev.husk.sandbox;
