// tweetnacl looks for a random source of its own; ours is an argument, so it finds none.
export default {};
